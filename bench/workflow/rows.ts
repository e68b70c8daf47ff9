/**
 * From rounds to rows.
 *
 * @module
 */
import type { Row } from '../row.ts'
import { quantile, type Summary, summarize } from '../statistics.ts'
import type { Measured } from './drive.ts'
import type { Round, Spent } from './load/closed-loops.ts'

export const three_steps = 'three steps'

/** The number of clients stands in `batch`. */
export function rowsOf(runtime: string, all: readonly Measured[]): Row[] {
  return all.flatMap(({ contender, load: { clients }, rounds, counted }) => {
    const row = (metric: string, unit: string, { median: value, spread }: Summary): Row => {
      const place = { bench: 'workflow', runtime, contender, workload: three_steps, payload_bytes: 0, batch: clients }
      return { ...place, metric, unit, value, spread }
    }
    const quantiles = (share: number) => summarize(rounds.map(({ latencies_ms }) => quantile(latencies_ms, share)))
    const perRun = (
      of: readonly Round[],
      metric: string,
      unit: string,
      spent: (spent: Spent) => number | undefined,
    ) => {
      const found = of.flatMap((round) => {
        const value = spent(round.spent)
        return value === undefined ? [] : [value / round.runs]
      })
      return found.length < of.length || of.length === 0 ? [] : [row(metric, unit, summarize(found))]
    }
    return [
      row('p50', 'ms', quantiles(0.5)),
      row('p99', 'ms', quantiles(0.99)),
      row('throughput', 'runs/s', summarize(rounds.map((round) => (round.runs / round.elapsed_ms) * 1000))),
      row('runs', 'runs', { median: rounds.reduce((total, round) => total + round.runs, 0), spread: 0 }),
      ...perRun(rounds, 'cpu', 'ms/run', ({ time_ms }) => time_ms),
      ...perRun(rounds, 'client_cpu', 'ms/run', ({ client_ms }) => client_ms),
      ...perRun(counted === undefined ? [] : [counted], 'flushes', 'flushes/run', ({ flushes }) => flushes),
    ]
  })
}
