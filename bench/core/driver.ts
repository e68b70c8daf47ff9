/**
 * Runs a plan in one runtime: warms up, then lets the contenders take turns, in an order drawn anew for every round.
 *
 * @module
 */
import { Random } from '../random.ts'
import type { Row } from '../row.ts'
import type { ContenderName } from './contenders/contender.ts'
import type { Plan } from './plan.ts'
import { missingRow, rowsOf } from './rows.ts'
import type { Measured, Round, Stage } from './stage.ts'
import type { WorkloadSpec } from './workloads/workload.ts'

export interface Stages {
  /** `node`, `chromium`, … */
  readonly runtime: string
  readonly stages: ReadonlyMap<ContenderName, Stage>
}

/** Above this a clock can't tell one section from the next, and sections are made longer. */
const coarse_ms = 0.5
const coarse_section_factor = 8
const coarse_round_factor = 2
/** Above this a clock says nothing about single calls. */
const call_resolution_max_ms = 0.02

/**
 * @param say is told what is running
 * @throws {Error} a contender did less than it was asked for, or the runtime's clock stands still
 */
export async function drive({ runtime, stages }: Stages, plan: Plan, say: (line: string) => void): Promise<Row[]> {
  const resolution_ms = await clockOf(stages, runtime)
  const coarse = resolution_ms > coarse_ms
  const round_ms = coarse ? plan.round_ms * coarse_round_factor : plan.round_ms
  const random = new Random(plan.seed)
  const rows: Row[] = [clockRow(runtime, resolution_ms)]
  for (const planned of plan.specs) {
    const spec = coarse ? { ...planned, section_bytes: planned.section_bytes * coarse_section_factor } : planned
    if (spec.name === 'soak' && resolution_ms > call_resolution_max_ms) {
      const why = `the clock's steps of ${Number(resolution_ms.toPrecision(2))} ms are too coarse`
      rows.push(...[...stages.keys()].map((contender) => missingRow(runtime, contender, spec, why)))
      continue
    }
    const measured = await measure(stages, spec, { ...plan, round_ms }, random)
    const found = rowsOf(runtime, spec, measured, resolution_ms)
    rows.push(...found)
    say(`${runtime} ${describe(spec)}: ${found.length === 0 ? 'nobody could be asked' : summary(found)}`)
  }
  return rows
}

async function measure(
  stages: ReadonlyMap<ContenderName, Stage>,
  spec: WorkloadSpec,
  plan: Plan,
  random: Random,
): Promise<Map<ContenderName, Measured>> {
  const taking: { name: ContenderName; stage: Stage; cold: Round; rounds: Round[] }[] = []
  for (const [name, stage] of random.shuffled([...stages])) {
    if (!(await stage.open(spec))) continue
    const cold = await stage.round(0)
    // What takes seconds by itself is warm after a time or two.
    await stage.round(plan.warm_up_ms)
    taking.push({ name, stage, cold, rounds: [] })
  }
  for (let round = 0; round < plan.rounds; round++) {
    for (const { stage, rounds } of random.shuffled(taking)) rounds.push(await stage.round(plan.round_ms))
  }
  // In the order of the stages, whatever was drawn.
  const measured = new Map<ContenderName, Measured>()
  for (const name of stages.keys()) {
    const taken = taking.find((candidate) => candidate.name === name)
    if (taken !== undefined) measured.set(name, taken)
  }
  return measured
}

async function clockOf(stages: ReadonlyMap<ContenderName, Stage>, runtime: string): Promise<number> {
  let coarsest_ms = 0
  for (const stage of stages.values()) coarsest_ms = Math.max(coarsest_ms, await stage.resolution_ms())
  if (coarsest_ms === Number.MAX_VALUE) throw new Error(`${runtime}: the clock stands still while a script runs`)
  return coarsest_ms
}

function clockRow(runtime: string, resolution_ms: number): Row {
  const of = { bench: 'core', runtime, contender: 'clock', workload: 'clock', payload_bytes: 0, batch: 0 }
  return { ...of, metric: 'resolution', unit: 'ms', value: resolution_ms, spread: 0 }
}

function describe({ name, payload_bytes, batch }: WorkloadSpec): string {
  return `${name} ${payload_bytes} B × ${batch}`
}

function summary(rows: readonly Row[]): string {
  const shown = rows.filter(({ metric }) => metric === 'throughput' || metric === 'memory' || metric === 'not_measured')
  return shown
    .map(({ contender, value, unit }) => `${contender} ${value === null ? unit : `${short(value)} ${unit}`}`)
    .join(', ')
}

function short(value: number): string {
  return value >= 1e6
    ? `${(value / 1e6).toFixed(2)} M`
    : value >= 1e3
      ? `${(value / 1e3).toFixed(1)} k`
      : value.toFixed(1)
}
