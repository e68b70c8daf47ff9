/**
 * A bounded number of places for what stays open.
 *
 * @module
 */
import { DarqError } from '@darq/runtime'

export class Seats {
  readonly #seats_max: number
  #taken = 0

  constructor(seats_max: number) {
    this.#seats_max = seats_max
  }

  get taken(): number {
    return this.#taken
  }

  /** @returns gives the seat back; a second call does nothing. @throws {DarqError} `backpressure` when all are taken */
  take(): () => void {
    if (this.#taken >= this.#seats_max)
      throw new DarqError('backpressure', { facts: { expected: `at most ${this.#seats_max} at once` } })
    this.#taken += 1
    let left = false
    return () => {
      if (!left) this.#taken -= 1
      left = true
    }
  }
}
