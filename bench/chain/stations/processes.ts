/**
 * A process for each host, each with a file of its own that is flushed by `fsync`; frames go over sockets. Hosts really run
 * side by side here, and one's flush holds up nobody else.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kOf } from '../contenders.ts'
import { linkName, some_text } from '../link.ts'
import { loaded } from '../load/loaded.ts'
import { Child } from '../processes/child.ts'
import type { Chain, ChainCounts } from './chain.ts'
import { overLinks } from './over-links.ts'
import { ownTime_ms } from './processor-time.ts'
import type { ChainSpec, Station } from './station.ts'

const chain = 'a'

export async function processesStation(): Promise<Station> {
  return {
    name: 'processes',
    version: `Node ${process.versions.node}, a process for each host, each over a file and \`fsync\``,
    async open(spec) {
      const folder = await mkdtemp(join(tmpdir(), 'darq-bench-hosts-'))
      const children = await startAll(spec, folder)
      const opened = loaded(chainOf(spec, children), () => performance.now())
      const time_ms = async () => {
        const all = await Promise.all(children.map((child) => child.counts()))
        return all.reduce((total, { cpu_ms }) => total + cpu_ms, ownTime_ms())
      }
      return {
        async round(round) {
          const before_ms = await time_ms()
          return { ...(await opened.round(round)), cpu_ms: (await time_ms()) - before_ms }
        },
        async close() {
          await opened.close()
          for (const child of children) await child.stop()
          await rm(folder, { recursive: true, force: true })
        },
      }
    },
    close: async () => {},
  }
}

/** The last first, so that each finds the next one listening. */
async function startAll({ contender, length, flush_ms }: ChainSpec, folder: string): Promise<Child[]> {
  const k = kOf(contender)
  const children: Child[] = []
  for (let place = length; place >= 1; place -= 1) {
    const key = linkName(chain, length, place)
    // JSON knows no infinity.
    const asked = k === undefined ? {} : { k: Number.isFinite(k) ? k : -1 }
    children.unshift(await Child.start({ folder, key, flush_ms, ...asked }))
  }
  return children
}

function chainOf({ contender, length }: ChainSpec, children: readonly Child[]): Chain {
  const [first] = children
  const last = children.at(-1)
  if (first === undefined || last === undefined) throw new RangeError('a chain has at least one host')
  if (contender === 'gated') {
    let nth = 0
    return {
      request(loop) {
        nth += 1
        return { accepted: undefined, committed: first.pass({ loop: `${loop}`, nth, text: some_text }) }
      },
      counts: async () => undefined,
      close: async () => {},
    }
  }
  return overLinks({
    chain,
    length,
    first: first.way,
    last: last.way,
    counts: async () => sum(await Promise.all(children.map((child) => child.counts()))),
    close: async () => {},
  })
}

function sum(all: readonly ChainCounts[]): ChainCounts {
  return all.reduce((total, { commits, frames, questions, dependencies = 0 }) => ({
    commits: total.commits + commits,
    frames: total.frames + frames,
    questions: total.questions + questions,
    dependencies: (total.dependencies ?? 0) + dependencies,
  }))
}
