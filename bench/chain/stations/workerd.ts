/**
 * Each host of a chain is a Durable Object of a real workerd, its storage on this machine's disk.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Miniflare } from 'miniflare'
import { type BuiltWorker, buildWorker } from '../../../edge-worker/scripts/build-worker.ts'
import type { RoundAnswer, RoundAsk } from '../workerd/asks.ts'
import { bindings } from '../workerd/contenders.ts'
import type { Station } from './station.ts'

const compatibilityDate = '2026-07-01'

export async function workerdStation(): Promise<Station> {
  // It would look up facts about this machine's network, which nobody needs here.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= 'false'
  const folder = await mkdtemp(join(tmpdir(), 'darq-bench-chain-'))
  const built = await buildChainWorker(folder)
  /** A process for each flush, for all contenders. */
  const processes = new Map<number, Miniflare>()
  const processFor = (flush_ms: number): Miniflare => {
    let found = processes.get(flush_ms)
    if (found === undefined) {
      found = new Miniflare(chainProcess(built, join(folder, `flush-${flush_ms}`), flush_ms))
      processes.set(flush_ms, found)
    }
    return found
  }
  return {
    name: 'workerd',
    version: `workerd ${workerdVersion()}, a Durable Object over SQLite for each host, all in one process`,
    async open({ contender, length, flush_ms }) {
      return {
        round: (spec) => askRound(processFor(flush_ms), { contender, length, opens: true, ...spec }),
        close: async () => {},
      }
    },
    async close() {
      for (const process of processes.values()) await process.dispose()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export function buildChainWorker(folder: string): Promise<BuiltWorker> {
  return buildWorker({
    entry: join(import.meta.dirname, '..', 'workerd', 'worker.ts'),
    out: join(folder, 'worker'),
    minify: true,
  })
}

/** @param folder of its storage */
export function chainProcess(built: BuiltWorker, folder: string, flush_ms: number) {
  return {
    ...built,
    compatibilityDate,
    bindings: { FLUSH_MS: flush_ms },
    // Between two of its rounds an object may be idle for longer than the platform keeps it.
    durableObjects: Object.fromEntries(
      bindings.map((name) => [name, { className: name, useSQLite: true, unsafePreventEviction: true }]),
    ),
    durableObjectsPersist: folder,
  }
}

async function askRound(miniflare: Miniflare, ask: RoundAsk) {
  const response = await miniflare.dispatchFetch('http://bench/', { method: 'POST', body: JSON.stringify(ask) })
  if (!response.ok) throw new Error(`${ask.contender}: ${response.status} ${await response.text()}`)
  // The worker is ours, built from the same sources.
  const answer = (await response.json()) as RoundAnswer
  if ('error' in answer) throw new Error(`${ask.contender}, ${ask.length} hosts: ${answer.error}`)
  return answer.round
}

function workerdVersion(): string {
  const { version }: { version: string } = createRequire(import.meta.url)('workerd/package.json')
  return version
}
