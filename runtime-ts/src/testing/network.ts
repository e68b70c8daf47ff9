/**
 * The simulated network: frames between hosts, requests of clients. It loses, repeats, delays and reorders them, and knows
 * partitions of one direction.
 *
 * @module
 */
import type { FaultCounts } from './fault-kinds.ts'
import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'

export interface NetworkRates {
  readonly lost: number
  readonly repeated: number
  /** Of those that come late, by up to a second. */
  readonly delayed: number
}

export const calm: NetworkRates = { lost: 0, repeated: 0, delayed: 0 }

const hop_ms_max = 4
const late_ms_max = 1_000

export class Network {
  rates: NetworkRates = calm
  readonly #timeline: Timeline
  readonly #random: Random
  readonly #counts: FaultCounts
  readonly #partitions = new Map<string, number>()
  /** When the newest frame of each direction arrives: an earlier one is a reorder. */
  readonly #newest = new Map<string, number>()

  constructor(timeline: Timeline, random: Random, counts: FaultCounts) {
    this.#timeline = timeline
    this.#random = random
    this.#counts = counts
  }

  cut(from: string, to: string, for_ms: number): void {
    this.#partitions.set(`${from} ${to}`, this.#timeline.now_ms + for_ms)
  }

  heal(): void {
    this.#partitions.clear()
    this.rates = calm
  }

  /** Does what is sent now get through? */
  passes(from: string, to: string): boolean {
    const until_ms = this.#partitions.get(`${from} ${to}`)
    if (until_ms === undefined || until_ms <= this.#timeline.now_ms) return true
    this.#counts.partition += 1
    return false
  }

  lost(): boolean {
    return this.#random.chance(this.rates.lost)
  }

  hop_ms(): number {
    return this.#random.next() * hop_ms_max
  }

  carry(from: string, to: string, deliver: () => void): void {
    if (!this.passes(from, to)) return
    if (this.lost()) {
      this.#counts.frame_lost += 1
      return
    }
    const copies = this.#random.chance(this.rates.repeated) ? 2 : 1
    if (copies === 2) this.#counts.frame_repeated += 1
    for (let copy = 0; copy < copies; copy += 1) {
      const late = this.#random.chance(this.rates.delayed)
      if (late) this.#counts.frame_delayed += 1
      const arrival_ms = this.#timeline.now_ms + this.hop_ms() + (late ? this.#random.next() * late_ms_max : 0)
      const way = `${from} ${to}`
      if (arrival_ms < (this.#newest.get(way) ?? 0)) this.#counts.frame_reordered += 1
      else this.#newest.set(way, arrival_ms)
      this.#timeline.at(arrival_ms, deliver)
    }
  }
}
