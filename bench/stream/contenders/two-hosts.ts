/**
 * Two hosts in one thread, over a storage each, frames as macrotasks.
 *
 * @module
 */
import { type Hosted, openHosted } from '@darq/runtime'
import type { Storage } from '@darq/runtime/storage'
import { inProcess } from '@darq/runtime/transport'
import { platformClock } from '../../../runtime-ts/src/clock.ts'
import type { Workload } from '../workloads/workload.ts'
import type { Contender } from './contender.ts'
import { overLinks } from './over-links.ts'

/** @param k how many hosts' failures may revoke a message when it leaves */
export async function openTwoHosts(
  workload: Workload,
  k: number,
  storageOf: (host: string) => Storage,
  now_ms: () => number,
): Promise<Contender> {
  const network = inProcess({ clock: platformClock() })
  const open = async (name: string, other: string, participants: readonly Workload['source'][]): Promise<Hosted> => {
    const hosted = await openHosted({
      name,
      participants,
      storage: storageOf(name),
      routes: { '*': network.route(name, other) },
      reply: network.transport(name),
      k,
      onError: (error, where) => console.error(`${where}: ${error.message}`),
    })
    network.join(name, { receive: (from, frame) => hosted.engine.receive(from, frame), link: () => hosted.link })
    return hosted
  }
  const sink = await open('sink', 'source', [workload.sink])
  const source = await open('source', 'sink', [workload.source])
  return overLinks({
    workload,
    source: source.link,
    sink: sink.link,
    now_ms,
    async close() {
      await source.close()
      await sink.close()
    },
  })
}
