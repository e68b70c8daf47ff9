/**
 * The worker of the benchmark, built, and the process that runs it.
 *
 * @module
 */
import { join } from 'node:path'
import { type BuiltWorker, buildWorker } from '../../../edge-worker/scripts/build-worker.ts'
import type { Round } from '../load/closed-loops.ts'
import type { RoundAnswer, RoundAsk } from './asks.ts'
import { bindings } from './contenders.ts'

const compatibilityDate = '2026-07-01'

export function buildChainWorker(folder: string): Promise<BuiltWorker> {
  return buildWorker({ entry: join(import.meta.dirname, 'worker.ts'), out: join(folder, 'worker'), minify: true })
}

/**
 * @param folder of its storage
 * @returns what miniflare takes
 */
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

/** @param url of the process */
export async function askRound(url: string, ask: RoundAsk): Promise<Round> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(ask) })
  if (!response.ok) throw new Error(`${ask.contender}: ${response.status} ${await response.text()}`)
  // The worker is ours, built from the same sources.
  const answer = (await response.json()) as RoundAnswer
  if ('error' in answer) throw new Error(`${ask.contender}, ${ask.length} hosts: ${answer.error}`)
  return answer.round
}
