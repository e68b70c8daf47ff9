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
import { recovery_workload } from './workload.ts'

const contenders: readonly ContenderName[] = ['gated', 'k=0', 'k=∞']
export const recovery_length = 10
const loops = 16
/** The load that is under way when the process is killed. */
const before_ms = 400
const patience_ms = 30_000

/** One of them, killed. */
interface Recovered {
  /** From the kill until the first answer is committed. */
  readonly elapsed_ms: number
  /** What the new process had spent on the processor by then. `undefined`: this system does not say. */
  readonly cpu_ms: number | undefined
}

/** Each contender has a process and a storage of its own. What it takes to start is told by one plain object alone. */
export async function measureRecovery({ recovery }: Plan, say: (line: string) => void): Promise<Row[]> {
  process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= 'false'
  const folder = await mkdtemp(join(tmpdir(), 'darq-bench-recovery-'))
  try {
    const built = await buildChainWorker(folder)
    const killed = async (name: string, shape: Shape): Promise<Recovered[]> => {
      say(`killed: ${name}`)
      await using killable = await openKillable(built, join(folder, name), 0)
      const all: Recovered[] = []
      for (let kill = 0; kill < recovery.kills; kill += 1) all.push(await killOnce(killable, shape))
      return all
    }
    const start = await killed('start', { contender: 'gated', length: 1 })
    const rows: Row[] = []
    for (const contender of contenders)
      rows.push(...rowsOf(contender, await killed(contender, { contender, length: recovery_length }), start))
    return rows
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function rowsOf(contender: ContenderName, found: readonly Recovered[], start: readonly Recovered[]): Row[] {
  const row = (metric: string, values: readonly number[]): Row[] => {
    if (values.length < found.length) return []
    const { median, spread } = summarize(values)
    const place = { bench: 'chain', runtime: 'killed', contender, workload: recovery_workload, batch: loops }
    return [{ ...place, payload_bytes: text_bytes, metric, unit: 'ms', value: Math.max(0, median), spread }]
  }
  const elapsed = (all: readonly Recovered[]) => all.map(({ elapsed_ms }) => elapsed_ms)
  const cpu = (all: readonly Recovered[]) => all.flatMap(({ cpu_ms }) => cpu_ms ?? [])
  const beyond = (values: readonly number[], base: readonly number[]) =>
    base.length === 0 ? [] : values.map((value) => value - summarize(base).median)
  return [
    ...row('first_answer', elapsed(found)),
    ...row('start', elapsed(start)),
    ...row('beyond_start', beyond(elapsed(found), elapsed(start))),
    ...row('cpu_beyond_start', beyond(cpu(found), cpu(start))),
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
  for (;;) {
    try {
      await askRound(url, { ...shape, loops: 1, budget_ms: 0, requests_min: 1, opens: false })
      const elapsed_ms = performance.now() - killed_ms
      return { elapsed_ms, cpu_ms: await timeOf_ms(await pid()) }
    } catch (error) {
      if (performance.now() - killed_ms > patience_ms) throw error
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}
