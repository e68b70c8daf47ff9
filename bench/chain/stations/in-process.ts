/**
 * A chain of hosts in one process: the real engine over memory, frames as macrotasks. What the protocol costs with nothing
 * under it.
 *
 * @module
 */
import { type Hosted, openHosted } from '@darq/runtime'
import type { Engine } from '@darq/runtime/engine'
import { memory, type Storage } from '@darq/runtime/storage'
import { inProcess, type Route } from '@darq/runtime/transport'
import { platformClock } from '../../../runtime-ts/src/clock.ts'
import { routeKind } from '../../../runtime-ts/src/crest/wire/route.ts'
import { link, linkName } from '../link.ts'
import type { Chain, ChainCounts } from './chain.ts'
import { overLinks } from './over-links.ts'
import { slowly } from './slow-storage.ts'
import type { Traffic } from './traffic.ts'

export interface InProcessOptions {
  readonly length: number
  readonly k: number
  readonly flush_ms: number
  /** Sees every frame. For runs that are not timed. */
  readonly traffic?: Traffic
}

const chain = 'a'

export async function openInProcess({ length, k, flush_ms, traffic }: InProcessOptions): Promise<Chain> {
  const clock = platformClock()
  const network = inProcess({
    clock,
    ...(traffic !== undefined && {
      fate: (_from, _to, frame) => {
        traffic.see(frame)
        return [0]
      },
    }),
  })
  const hosts: Hosted[] = []
  for (let place = 1; place <= length; place += 1) {
    const key = linkName(chain, length, place)
    const darq = `link/${key}`
    // Each of the family lives on a host that is named after it.
    const others: Route = {
      [routeKind]: 'route',
      address: (name) => name.slice('link/'.length),
      transport: () => network.transport(key),
      link: () => network.route(key, key).link(),
    }
    const storage: Storage = slowly(memory(), flush_ms)
    const hosted = await openHosted({
      name: key,
      participants: [link],
      lives: (name) => name === darq,
      routes: { 'link/*': others },
      storage,
      k,
      reply: network.transport(key),
      onError: report,
    })
    network.join(key, { receive: (from, frame) => hosted.engine.receive(from, frame) })
    hosts.push(hosted)
  }
  const [first] = hosts
  const last = hosts.at(-1)
  if (first === undefined || last === undefined) throw new RangeError('a chain has at least one host')
  return overLinks({
    chain,
    length,
    first: first.link,
    last: last.link,
    counts: async () => sum(hosts.map(({ engine }) => engine)),
    close: async () => {
      for (const hosted of hosts) await hosted.close()
    },
  })
}

function sum(engines: readonly Engine[]): ChainCounts {
  const total = { commits: 0, frames: 0, questions: 0, dependencies: 0 }
  for (const { counts } of engines) {
    total.commits += counts.commits
    total.frames += counts.frames_sent
    total.questions += counts.questions_asked
    total.dependencies += counts.dependencies_sent
  }
  return total
}

/** A failure that nobody waits for spoils the figures, so it is shown. */
function report(error: Error, where: string): void {
  console.error(`${where}: ${error.message}`)
}
