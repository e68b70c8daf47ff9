/**
 * From a flight's arrival to the sight of what it led to: the result of a window that it has closed.
 *
 * @module
 */
import type { ClosedWindow } from './expected.ts'

/** Where a result is seen: in the tab, at the edge, and at the edge for good. */
export const sights = ['tab', 'edge', 'saved'] as const
export type Sight = (typeof sights)[number]

const samples_max = 200

export class Latencies {
  /** By the number of the flight: when it arrived, in this life of the page. */
  readonly #arrived_ms = new Map<number, number>()
  readonly #samples: Readonly<Record<Sight, number[]>> = { tab: [], edge: [], saved: [] }
  readonly #seen: Readonly<Record<Sight, Set<ClosedWindow>>> = { tab: new Set(), edge: new Set(), saved: new Set() }
  readonly #now_ms: () => number

  constructor(now_ms: () => number) {
    this.#now_ms = now_ms
  }

  arrived(flight: number): void {
    this.#arrived_ms.set(flight, this.#now_ms())
  }

  /** Only the first sight counts: what was taken back has been seen. */
  saw(window: ClosedWindow, where: Sight): void {
    const seen = this.#seen[where]
    if (seen.has(window)) return
    seen.add(window)
    const arrived_ms = this.#arrived_ms.get(window.closedBy)
    if (arrived_ms === undefined) return
    const samples = this.#samples[where]
    samples.push(this.#now_ms() - arrived_ms)
    if (samples.length > samples_max) samples.shift()
  }

  /** @returns the median of the newest, in milliseconds; `undefined`: none was seen yet */
  median_ms(where: Sight): number | undefined {
    const sorted = [...this.#samples[where]].sort((one, other) => one - other)
    return sorted[Math.floor((sorted.length - 1) / 2)]
  }
}
