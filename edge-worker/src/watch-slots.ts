/**
 * A bounded number of slots for watches that stay open.
 *
 * @module
 */
import { DarqError } from '@darq/runtime'

export class WatchSlots {
  readonly #slots_max: number
  #taken = 0

  constructor(slots_max: number) {
    this.#slots_max = slots_max
  }

  get taken(): number {
    return this.#taken
  }

  /** @returns gives the slot back; a second call does nothing. @throws {DarqError} `backpressure` when all are taken */
  take(): () => void {
    if (this.#taken >= this.#slots_max)
      throw new DarqError('backpressure', { facts: { expected: `at most ${this.#slots_max} at once` } })
    this.#taken += 1
    let left = false
    return () => {
      if (!left) this.#taken -= 1
      left = true
    }
  }
}
