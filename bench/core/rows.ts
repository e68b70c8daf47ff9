/**
 * From rounds to rows.
 *
 * @module
 */
import type { Row } from '../row.ts'
import { quantile, ratios, type Summary, summarize } from '../statistics.ts'
import type { ContenderName } from './contenders/contender.ts'
import type { Measured, Round } from './stage.ts'
import type { WorkloadName, WorkloadSpec } from './workloads/workload.ts'

const items: Partial<Record<WorkloadName, string>> = {
  step: 'steps',
  'step-commit': 'steps',
  lookup: 'look-ups',
  vectors: 'vectors',
}
/** Who is divided by whom. */
const baselines = ['twin', 'idiomatic'] as const

/** What takes fewer steps of the clock says nothing about a ratio. */
const clock_steps_min = 4

/** @param resolution_ms a step of the clock: ratios of what it can't tell from nothing are left out */
export function rowsOf(
  runtime: string,
  spec: WorkloadSpec,
  measured: ReadonlyMap<ContenderName, Measured>,
  resolution_ms: number,
): Row[] {
  const isTooShort = ({ rounds }: Measured): boolean => {
    const elapsed_ms = rounds.map((round) => round.elapsed_ms)
    return quantile(elapsed_ms, 0.5) < clock_steps_min * resolution_ms
  }
  return [...measured].flatMap(([contender, own]) => {
    const { cold, rounds } = own
    const row = rowMaker(runtime, contender, spec)
    if (spec.name === 'memory')
      return [row('memory', 'B/message', summarize(rounds.map(({ memory_bytes = 0 }) => memory_bytes / spec.count)))]
    return [
      ...rates(spec, cold, rounds, row),
      ...(spec.name === 'soak' ? pauses(rounds, row) : []),
      ...baselines.flatMap((baseline) => {
        const other = measured.get(baseline)
        if (other === undefined || baseline === contender || contender === 'idiomatic') return []
        if (isTooShort(own) || isTooShort(other)) return []
        const each = ratios(rounds.map(rateOf), other.rounds.map(rateOf))
        return [row(`ratio_to_${baseline}`, '×', summarize(each))]
      }),
    ]
  })
}

/** @param why stands in for the unit */
export function missingRow(runtime: string, contender: string, spec: WorkloadSpec, why: string): Row {
  const { name: workload, payload_bytes, batch } = spec
  const of = { bench: 'core', runtime, contender, workload, payload_bytes, batch }
  return { ...of, metric: 'not_measured', unit: why, value: null, spread: 0 }
}

type RowOf = (metric: string, unit: string, summary: Summary) => Row

function rowMaker(runtime: string, contender: string, spec: WorkloadSpec): RowOf {
  const { name: workload, payload_bytes, batch } = spec
  return (metric, unit, { median: value, spread }) => {
    return { bench: 'core', runtime, contender, workload, payload_bytes, batch, metric, unit, value, spread }
  }
}

function rates(spec: WorkloadSpec, cold: Round, rounds: readonly Round[], row: RowOf): Row[] {
  const unit = `${items[spec.name] ?? 'messages'}/s`
  const found = [
    row('throughput', unit, summarize(rounds.map(rateOf))),
    row('typical', unit, summarize(rounds.map(typicalOf))),
    row('warm_up', unit, { median: rateOf(cold), spread: 0 }),
  ]
  if (spec.payload_bytes > 0) found.push(row('bandwidth', 'B/s', summarize(rounds.map(bandwidthOf))))
  if (spec.name === 'recovery') {
    found.push(row('duration', 'ms', summarize(rounds.map((round) => (spec.count / rateOf(round)) * 1000))))
    found.push(row('recovered', 'messages', { median: spec.count, spread: 0 }))
  }
  return found
}

function pauses(rounds: readonly Round[], row: RowOf): Row[] {
  const of = (metric: string, samplesOf: (round: Round) => readonly number[], share: number) => {
    const spread = summarize(rounds.map((round) => quantile(samplesOf(round), share) * 1000)).spread
    return row(metric, 'µs', { median: quantile(rounds.flatMap(samplesOf), share) * 1000, spread })
  }
  const calls = (round: Round) => round.calls_ms
  const commits = (round: Round) => round.commits_ms
  return [
    of('p50', calls, 0.5),
    of('p99', calls, 0.99),
    of('p99.9', calls, 0.999),
    of('longest', calls, 1),
    of('commit_p50', commits, 0.5),
    of('commit_longest', commits, 1),
  ]
}

/** Per second. A section too short for the clock counts as one step of a nanosecond. */
function rateOf({ items: done, elapsed_ms }: Round): number {
  return (done / Math.max(elapsed_ms, 1e-6)) * 1000
}

/** The rate of the section in the middle: without pauses, whoever made them. */
function typicalOf({ section_items, section_ms }: Round): number {
  return (section_items / Math.max(section_ms, 1e-6)) * 1000
}

function bandwidthOf({ payload_bytes, elapsed_ms }: Round): number {
  return (payload_bytes / Math.max(elapsed_ms, 1e-6)) * 1000
}
