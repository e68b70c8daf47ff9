/**
 * Messages that their handler has put off until a key is released. Lost with the processor: after a restart they are
 * delivered again, and held again if their handler still says so.
 *
 * @module
 */
import { DarqError } from '../../error.ts'

/** Held messages pin the log. */
const held_max = 10_000

export class Holds<T> {
  readonly #held = new Map<string, T[]>()
  #count = 0

  /** @throws {DarqError} `backpressure` when no more may be held */
  check(): void {
    if (this.#count < held_max) return
    throw new DarqError('backpressure', { facts: { expected: `at most ${held_max} held messages` } })
  }

  add(key: string, item: T): void {
    const held = this.#held.get(key)
    if (held === undefined) this.#held.set(key, [item])
    else held.push(item)
    this.#count += 1
  }

  release(key: string): readonly T[] {
    const held = this.#held.get(key) ?? []
    this.#held.delete(key)
    this.#count -= held.length
    return held
  }
}
