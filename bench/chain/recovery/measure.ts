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
import { timeOf_ms } from '../stations/processor-time.ts'
import type { RoundAsk } from '../workerd/asks.ts'
import { type Killable, openKillable } from '../workerd/killable.ts'
import { askRound, buildChainWorker } from '../workerd/process.ts'
import { recoveryOf } from './workload.ts'

const contenders: readonly ContenderName[] = ['gated', 'k=0', 'k=∞']
const lengths = [1, 10]
const loops = 16
/** The load that is under way when the process is killed. */
const before_ms = 400
const patience_ms = 30_000

/** One of them, killed. */
interface Recovered {
  /** From the kill until the platform has another process, and its worker answers. */
  readonly start_ms: number
  /** From then until the first answer is committed. */
  readonly beyond_ms: number
  /** What that process has spent on the processor meanwhile. `undefined`: this system does not say. */
  readonly cpu_ms: number | undefined
}

/** Each has a process and a storage of its own. */
export async function measureRecovery({ recovery }: Plan, say: (line: string) => void): Promise<Row[]> {
  process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= 'false'
  const folder = await mkdtemp(join(tmpdir(), 'darq-bench-recovery-'))
  try {
    const built = await buildChainWorker(folder)
    const rows: Row[] = []
    for (const length of lengths)
      for (const contender of contenders) {
        say(`killed: ${contender}, ${length} ${length === 1 ? 'host' : 'hosts'}`)
        await using killable = await openKillable(built, join(folder, `${contender} ${length}`), 0)
        const all: Recovered[] = []
        for (let kill = 0; kill < recovery.kills; kill += 1) all.push(await killOnce(killable, { contender, length }))
        rows.push(...rowsOf({ contender, length }, all))
      }
    return rows
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function rowsOf({ contender, length }: Shape, all: readonly Recovered[]): Row[] {
  const row = (metric: string, values: readonly number[]): Row[] => {
    if (values.length < all.length) return []
    const { median: value, spread } = summarize(values)
    const place = { bench: 'chain', runtime: 'killed', contender, workload: recoveryOf(length), batch: loops }
    return [{ ...place, payload_bytes: text_bytes, metric, unit: 'ms', value, spread }]
  }
  return [
    ...row(
      'start',
      all.map(({ start_ms }) => start_ms),
    ),
    ...row(
      'beyond_start',
      all.map(({ beyond_ms }) => beyond_ms),
    ),
    ...row(
      'cpu_beyond_start',
      all.flatMap(({ cpu_ms }) => cpu_ms ?? []),
    ),
  ]
}

type Shape = Pick<RoundAsk, 'contender' | 'length'>

async function killOnce({ url, pid, kill }: Killable, shape: Shape): Promise<Recovered> {
  const load = askRound(url, { ...shape, loops, budget_ms: patience_ms, requests_min: 1, opens: false })
  // It ends with its process.
  load.catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, before_ms))
  const killed_ms = performance.now()
  await kill()
  await insist(async () => {
    if (!(await fetch(url)).ok) throw new Error('the worker does not answer yet')
  })
  const up_ms = performance.now()
  const before_cpu_ms = await timeOf_ms(await pid())
  await insist(() => askRound(url, { ...shape, loops: 1, budget_ms: 0, requests_min: 1, opens: false }))
  const beyond_ms = performance.now() - up_ms
  const after_cpu_ms = await timeOf_ms(await pid())
  const cpu_ms = before_cpu_ms === undefined || after_cpu_ms === undefined ? undefined : after_cpu_ms - before_cpu_ms
  return { start_ms: up_ms - killed_ms, beyond_ms, cpu_ms }
}

/** Tries again and again. */
async function insist(attempt: () => Promise<unknown>): Promise<void> {
  const began_ms = performance.now()
  for (;;) {
    try {
      await attempt()
      return
    } catch (error) {
      if (performance.now() - began_ms > patience_ms) throw error
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}
