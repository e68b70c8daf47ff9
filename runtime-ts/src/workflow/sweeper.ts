/**
 * Tables whose keys are of no use any more are emptied in steps of their own, so that none of them is a long one.
 *
 * @module
 */
import type { LiveContext } from '../crest/run/live.ts'
import { ownError } from '../crest/wire/failure.ts'

/** Keys that one step takes away. */
const keys_max = 256
/** A table of this many keys is emptied at once. */
const clear_max = 32
const pause_ms = 50

export class Sweeper {
  readonly #context: Pick<LiveContext, 'ledger' | 'step' | 'after' | 'report'>
  readonly #cells: string[] = []

  constructor(context: Pick<LiveContext, 'ledger' | 'step' | 'after' | 'report'>) {
    this.#context = context
  }

  /** Within a step: a short table goes with it; a long one is left to `sweep`. */
  clear(cell: string): void {
    const { ledger } = this.#context
    if (ledger.size(cell) > clear_max) return
    for (const key of [...ledger.table(cell).keys()]) ledger.delete(cell, key)
  }

  sweep(cell: string): void {
    this.#cells.push(cell)
    if (this.#cells.length === 1) this.#context.after(0, () => this.#goOn())
  }

  #goOn(): void {
    const { ledger } = this.#context
    const [cell] = this.#cells
    if (cell === undefined) return
    const keys: string[] = []
    for (const [key, { present }] of ledger.table(cell)) {
      if (present && keys.push(key) >= keys_max) break
    }
    try {
      if (keys.length === 0) this.#cells.shift()
      else
        this.#context.step([], () => {
          for (const key of keys) ledger.delete(cell, key)
        })
    } catch (thrown) {
      const error = ownError(thrown)
      if (error.code === 'closed' || error.code === 'fenced') return
      this.#context.report(error)
      this.#context.after(pause_ms, () => this.#goOn())
      return
    }
    this.#context.after(0, () => this.#goOn())
  }
}
