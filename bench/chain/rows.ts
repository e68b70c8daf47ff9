/**
 * From rounds to rows.
 *
 * @module
 */
import type { Row } from '../row.ts'
import { quantile, type Summary, summarize } from '../statistics.ts'
import type { Measured } from './drive.ts'
import { text_bytes } from './link.ts'
import type { Round } from './load/closed-loops.ts'
import type { ChainCounts } from './stations/chain.ts'

export function workloadOf(length: number, flush_ms: number): string {
  return `${length} hosts, flush +${flush_ms} ms`
}

/** The number of requests in flight stands in `batch`. */
export function rowsOf(runtime: string, all: readonly Measured[]): Row[] {
  return all.flatMap(({ cell: { contender, length, flush_ms, loops }, rounds }) => {
    const workload = workloadOf(length, flush_ms)
    const row = (metric: string, unit: string, { median: value, spread }: Summary): Row => {
      const place = { bench: 'chain', runtime, contender, workload, payload_bytes: text_bytes, batch: loops }
      return { ...place, metric, unit, value, spread }
    }
    const single = (value: number): Summary => ({ median: value, spread: 0 })
    const requests = rounds.reduce((total, round) => total + round.requests, 0)
    return [
      ...latencies(
        'committed',
        rounds.map(({ committed_ms }) => committed_ms),
        row,
      ),
      ...latencies(
        'accepted',
        rounds.map(({ accepted_ms }) => accepted_ms),
        row,
      ),
      row('requests', 'requests', single(requests)),
      row('throughput', 'requests/s', summarize(rounds.map((round) => (round.requests / round.elapsed_ms) * 1000))),
      ...processor(rounds, requests, row),
      ...counted(
        rounds.flatMap(({ counts }) => counts ?? []),
        requests,
        (metric, unit, value) => row(metric, unit, single(value)),
      ),
    ]
  })
}

/** The quantiles are over all rounds together, the spread of the median is between the rounds. */
function latencies(
  name: string,
  rounds: readonly (readonly number[])[],
  row: (metric: string, unit: string, summary: Summary) => Row,
): Row[] {
  const all = rounds.flat()
  if (all.length === 0) return []
  const medians = rounds.filter((samples) => samples.length > 0).map((samples) => quantile(samples, 0.5))
  const { spread } = summarize(medians)
  return [
    row(`${name}_p50`, 'ms', { median: quantile(all, 0.5), spread }),
    row(`${name}_p99`, 'ms', { median: quantile(all, 0.99), spread: 0 }),
  ]
}

/** Where the clients' streams are opened within it, that is part of it. */
function processor(
  rounds: readonly Round[],
  requests: number,
  row: (metric: string, unit: string, summary: Summary) => Row,
): Row[] {
  const times_ms = rounds.flatMap(({ cpu_ms }) => cpu_ms ?? [])
  if (times_ms.length < rounds.length || requests === 0) return []
  const total_ms = times_ms.reduce((total, time_ms) => total + time_ms, 0)
  return [row('cpu', 'ms/request', { median: total_ms / requests, spread: 0 })]
}

function counted(
  rounds: readonly ChainCounts[],
  requests: number,
  row: (metric: string, unit: string, value: number) => Row,
): Row[] {
  if (rounds.length === 0) return []
  const sum = (of: (counts: ChainCounts) => number) => rounds.reduce((total, counts) => total + of(counts), 0)
  const commits = sum((counts) => counts.commits)
  return [
    row('commits', 'commits/request', commits / requests),
    row('frames', 'frames/request', sum(({ frames }) => frames) / requests),
    ...(rounds.some(({ dependencies }) => dependencies === undefined)
      ? []
      : [row('dependencies', 'dependencies/request', sum(({ dependencies = 0 }) => dependencies) / requests)]),
    row('questions', 'questions/commit', commits === 0 ? 0 : sum(({ questions }) => questions) / commits),
  ]
}
