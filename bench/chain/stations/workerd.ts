/**
 * Each host of a chain is a Durable Object of a real workerd, its storage on this machine's disk.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Killable, openKillable } from '../workerd/killable.ts'
import { askRound, buildChainWorker } from '../workerd/process.ts'
import { timeOf_ms } from './processor-time.ts'
import type { Station } from './station.ts'

export async function workerdStation(): Promise<Station> {
  // It would look up facts about this machine's network, which nobody needs here.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= 'false'
  const folder = await mkdtemp(join(tmpdir(), 'darq-bench-chain-'))
  const built = await buildChainWorker(folder)
  /** One for each flush, for all contenders. */
  const processes = new Map<number, Killable>()
  const processFor = async (flush_ms: number): Promise<Killable> => {
    const known = processes.get(flush_ms)
    if (known !== undefined) return known
    const opened = await openKillable(built, join(folder, `flush-${flush_ms}`), flush_ms)
    processes.set(flush_ms, opened)
    return opened
  }
  return {
    name: 'workerd',
    version: `workerd ${workerdVersion()}, a Durable Object over SQLite for each host, all in one process`,
    async open({ contender, length, flush_ms }) {
      const { url, pid } = await processFor(flush_ms)
      // Its objects and what they know of each other, before anything is measured.
      const ask = { contender, length, budget_ms: 0, requests_min: 1, loops: 1, opens: false }
      await askRound(url, ask)
      return {
        async round(spec) {
          const before_ms = await timeOf_ms(await pid())
          const round = await askRound(url, { ...ask, ...spec, opens: true })
          const after_ms = await timeOf_ms(await pid())
          if (before_ms === undefined || after_ms === undefined) return round
          return { ...round, cpu_ms: after_ms - before_ms }
        },
        close: async () => {},
      }
    },
    async close() {
      for (const process of processes.values()) await process[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function workerdVersion(): string {
  const { version }: { version: string } = createRequire(import.meta.url)('workerd/package.json')
  return version
}
