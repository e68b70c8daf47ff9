/**
 * SIGKILL under load: how long until the first committed answer, beyond what the platform takes to start.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Row } from '../../row.ts'
import { summarize } from '../../statistics.ts'
import type { ContenderName } from '../contenders.ts'
import { text_bytes } from '../link.ts'
import type { Plan } from '../plan.ts'
import type { RoundAsk } from '../workerd/asks.ts'
import { type Killable, openKillable } from '../workerd/killable.ts'
import { askRound, buildChainWorker } from '../workerd/process.ts'
import { recovery_workload } from './workload.ts'

const contenders: readonly ContenderName[] = ['gated', 'k=0', 'k=∞']
export const recovery_length = 10
const loops = 16
/** The load that is under way when the process is killed. */
const before_ms = 400
const patience_ms = 30_000

/** Kills come in rounds: one for the start alone, and one for each contender, over the same storage. */
export async function measureRecovery(
  { recovery, loops: [one = 1] }: Plan,
  say: (line: string) => void,
): Promise<Row[]> {
  process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= 'false'
  const folder = await mkdtemp(join(tmpdir(), 'darq-bench-recovery-'))
  const starts_ms: number[] = []
  const firsts_ms = new Map<ContenderName, number[]>(contenders.map((contender) => [contender, []]))
  try {
    const built = await buildChainWorker(folder)
    await using killable = await openKillable(built, join(folder, 'process'), 0)
    for (let round = 1; round <= recovery.kills; round += 1) {
      say(`recovery: ${round} of ${recovery.kills}`)
      // One plain object, whose answer is flushed: the platform, its worker's code, a storage that is opened.
      starts_ms.push(await killOnce(killable, { contender: 'gated', length: 1 }))
      for (const [contender, times_ms] of firsts_ms)
        times_ms.push(await killOnce(killable, { contender, length: recovery_length }))
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const start = summarize(starts_ms)
  return [...firsts_ms].flatMap(([contender, times_ms]) => {
    const row = (metric: string, { median: value, spread }: { median: number; spread: number }): Row => {
      const place = { bench: 'chain', runtime: 'killed', contender, workload: recovery_workload, batch: one }
      return { ...place, payload_bytes: text_bytes, metric, unit: 'ms', value: Math.max(0, value), spread }
    }
    return [
      row('first_answer', summarize(times_ms)),
      row('start', start),
      row('beyond_start', summarize(times_ms.map((time_ms) => time_ms - start.median))),
    ]
  })
}

type Shape = Pick<RoundAsk, 'contender' | 'length'>

/** @returns how long after the kill the first answer was committed */
async function killOnce(killable: Killable, shape: Shape): Promise<number> {
  const load = askRound(killable.url, { ...shape, loops, budget_ms: patience_ms, requests_min: 1, opens: false })
  // It ends with its process.
  load.catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, before_ms))
  const killed_ms = performance.now()
  await killable.kill()
  for (;;) {
    try {
      await askRound(killable.url, { ...shape, loops: 1, budget_ms: 0, requests_min: 1, opens: false })
      return performance.now() - killed_ms
    } catch (error) {
      if (performance.now() - killed_ms > patience_ms) throw error
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}
