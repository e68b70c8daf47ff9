/**
 * What a check has seen: latencies and counts from every life of the page.
 *
 * @module
 */
import { CountsOverLives } from '../src/counts-over-lives.ts'
import type { BatchTimes, FlightsDemo } from '../src/snapshot.ts'

export interface Percentiles {
  readonly p50: number
  readonly p99: number
}

export class Tally {
  readonly tab = new CountsOverLives()
  readonly #finished: BatchTimes[] = []
  #present: readonly BatchTimes[] = []

  see({ batches, tab }: FlightsDemo): void {
    // A shorter list is that of a new life.
    if (batches.length < this.#present.length) this.#finished.push(...this.#present)
    this.#present = batches
    if (tab.counts !== undefined) this.tab.see(tab.counts)
  }

  /** From `send` to that grade, of every window of flights whose page lived to tell. */
  latency(grade: 'accepted_ms' | 'durable_ms'): Percentiles {
    const all = [...this.#finished, ...this.#present].map((batch) => batch[grade])
    return { p50: percentile(all, 50), p99: percentile(all, 99) }
  }
}

/** The nearest rank: the smallest value that `percent` of the values do not exceed. 0 of none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0
}
