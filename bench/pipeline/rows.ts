/**
 * From rounds to rows.
 *
 * @module
 */
import type { Row } from '../row.ts'
import { ratios, type Summary, summarize } from '../statistics.ts'
import type { ContenderName } from './contenders/contender.ts'
import type { Latency, Round } from './load/closed-loop.ts'
import { message_bytes } from './load/counter.ts'

export interface Cell {
  readonly contender: ContenderName
  readonly producers: number
}

export interface Measured {
  readonly cell: Cell
  readonly rounds: readonly Round[]
}

export const workload = 'closed-loops'
const block_bytes = 64 * 1024

export function cellName({ contender, producers }: Cell): string {
  return `${contender} × ${producers}`
}

/** The number of producers stands in `batch`. */
export function rowsOf(runtime: string, all: readonly Measured[]): Row[] {
  return all.flatMap(({ cell, rounds }) => {
    const { contender, producers: batch } = cell
    const payload_bytes = contender === 'platform-64k' ? block_bytes : message_bytes
    const row = (metric: string, unit: string, { median: value, spread }: Summary): Row => {
      return { bench: 'pipeline', runtime, contender, workload, payload_bytes, batch, metric, unit, value, spread }
    }
    const unit = contender.startsWith('platform') ? 'transactions/s' : 'steps/s'
    return [
      row('throughput', unit, summarize(rounds.map(rateOf))),
      ...latencies('durable', rounds, ({ durable }) => durable, row),
      ...latencies('accepted', rounds, ({ accepted }) => accepted, row),
      row('lag', 'ms', summarize(rounds.map(({ lag_ms }) => lag_ms))),
      ...written(rounds, row),
      ...comparisons(all, { cell, rounds }, row),
    ]
  })
}

type RowOf = (metric: string, unit: string, summary: Summary) => Row

function latencies(
  name: string,
  rounds: readonly Round[],
  latencyOf: (round: Round) => Latency | undefined,
  row: RowOf,
): Row[] {
  const found = rounds.flatMap((round) => latencyOf(round) ?? [])
  if (found.length === 0) return []
  return [
    row(`${name}_p50`, 'ms', summarize(found.map(({ p50_ms }) => p50_ms))),
    row(`${name}_p99`, 'ms', summarize(found.map(({ p99_ms }) => p99_ms))),
  ]
}

function written(rounds: readonly Round[], row: RowOf): Row[] {
  const found = rounds.flatMap(({ written_bytes: bytes, messages, elapsed_ms }) =>
    bytes === undefined ? [] : { per_step: bytes / messages, mb_per_s: bytes / elapsed_ms / 1000 },
  )
  if (found.length === 0) return []
  return [
    row('written', 'B/step', summarize(found.map(({ per_step }) => per_step))),
    row('written_rate', 'MB/s', summarize(found.map(({ mb_per_s }) => mb_per_s))),
  ]
}

/** Round by round: rates over the best that the other reached with any number of producers, latencies over its with one. */
function comparisons(all: readonly Measured[], { cell, rounds }: Measured, row: RowOf): Row[] {
  if (!cell.contender.startsWith('darq')) return []
  const others = { platform: 'platform-message', transactional: 'transactional' }
  return Object.entries(others).flatMap(([name, contender]) => {
    const theirs = all.filter((other) => other.cell.contender === contender)
    if (theirs.length === 0) return []
    const best = rounds.map((_, nth) => Math.max(...theirs.map((other) => rateAt(other, nth))))
    const alone = theirs.find((other) => other.cell.producers === 1 && cell.producers === 1)
    return [
      row(`ratio_to_${name}`, '×', summarize(ratios(rounds.map(rateOf), best))),
      ...(alone === undefined
        ? []
        : [row(`latency_ratio_to_${name}`, '×', summarize(ratios(rounds.map(middleOf), alone.rounds.map(middleOf))))]),
    ]
  })
}

function rateAt({ rounds }: Measured, nth: number): number {
  const round = rounds[nth]
  return round === undefined ? Number.NaN : rateOf(round)
}

function rateOf({ messages, elapsed_ms }: Round): number {
  return (messages / elapsed_ms) * 1000
}

function middleOf({ durable }: Round): number {
  return durable.p50_ms
}
