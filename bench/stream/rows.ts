/**
 * From rounds to rows.
 *
 * @module
 */
import type { Row } from '../row.ts'
import { quantile, summarize } from '../statistics.ts'
import type { ContenderName } from './contenders/contender.ts'
import type { Round } from './load/round.ts'
import type { WorkloadName } from './workloads/workload.ts'

export interface Measured {
  readonly workload: WorkloadName
  readonly contender: ContenderName
  readonly batch: number
  /** Of one record, as JSON. */
  readonly payload_bytes: number
  readonly rounds: readonly Round[]
}

/** The records of one message stand in `batch`. */
export function rowsOf(runtime: string, { workload, contender, batch, payload_bytes, rounds }: Measured): Row[] {
  const row = (metric: string, unit: string, samples: readonly number[]): Row[] => {
    if (samples.length === 0) return []
    const { median: value, spread } = summarize(samples)
    return [{ bench: 'stream', runtime, contender, workload, payload_bytes, batch, metric, unit, value, spread }]
  }
  const seen = rounds.map(({ latencies }) => latencies.flatMap(({ seen_ms }) => seen_ms ?? []))
  const committed = rounds.map(({ latencies }) => latencies.map(({ committed_ms }) => committed_ms))
  const quantiles = (all: readonly (readonly number[])[], share: number): number[] =>
    all.filter((samples) => samples.length > 0).map((samples) => quantile(samples, share))
  return [
    ...row(
      'throughput',
      'records/s',
      rounds.map(({ records, duration_ms }) => (records / duration_ms) * 1_000),
    ),
    ...row(
      'processor',
      'records per second of one core',
      rounds.flatMap(({ records, processor_ms }) =>
        processor_ms === undefined ? [] : [(records / processor_ms) * 1_000],
      ),
    ),
    ...row('seen_p50', 'ms', quantiles(seen, 0.5)),
    ...row('seen_p99', 'ms', quantiles(seen, 0.99)),
    ...row('committed_p50', 'ms', quantiles(committed, 0.5)),
    ...row('committed_p99', 'ms', quantiles(committed, 0.99)),
    ...row(
      'results',
      'results',
      rounds.map(({ results }) => results),
    ),
  ]
}
