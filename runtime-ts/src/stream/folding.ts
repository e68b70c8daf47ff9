/**
 * A value per key that each record changes.
 *
 * @module
 */
import { refusePromise } from './erased.ts'
import { type Cells, cellsOf, type KeyedOperator, type Push, type StreamStep } from './operator.ts'

export class Folding implements KeyedOperator {
  readonly name: string
  readonly #initial: unknown
  readonly #change: (state: unknown, value: unknown) => unknown
  readonly #next: Push
  readonly #touched = new Map<string, unknown>()
  #cells: Cells | undefined

  constructor(name: string, initial: unknown, change: (state: unknown, value: unknown) => unknown, next: Push) {
    this.name = name
    this.#initial = initial
    this.#change = change
    this.#next = next
  }

  begin(step: StreamStep): void {
    this.#touched.clear()
    this.#cells = cellsOf(step, this.name)
  }

  take(key: string, value: unknown): void {
    const old = this.#touched.has(key) ? this.#touched.get(key) : this.#cells?.get(key)
    const state = this.#change(old === undefined ? this.#initial : old, value)
    refusePromise(state)
    this.#touched.set(key, state)
    if (state !== undefined) this.#next({ key, value: state })
  }

  /** It counts nothing. */
  recount(): void {}

  end(): void {
    for (const [key, state] of this.#touched)
      if (state === undefined) this.#cells?.delete(key)
      else this.#cells?.set(key, state)
    this.#touched.clear()
  }
}
