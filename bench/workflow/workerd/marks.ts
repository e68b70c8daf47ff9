/**
 * What the worker has seen of long workflows, for the benchmark to fetch: by instance.
 *
 * @module
 */

/** So many steps are between two marks. */
export const mark_every = 100

export interface Marks {
  /** At step 0, and every {@link mark_every} steps after it, by the worker's clock, in steps of 1 ms. */
  readonly done_ms: readonly number[]
  /** When what comes after the last step ran. */
  readonly next_ms: number | undefined
}

/** When the object of a DARQ came to life, by the worker's clock. */
export interface Birth {
  readonly born_ms: number | undefined
}

export class MarkBook {
  readonly #done = new Map<string, number[]>()
  readonly #next = new Map<string, number>()
  readonly #born = new Map<string, number>()

  born(name: string): void {
    this.#born.set(name, Date.now())
  }

  birthOf(name: string): Birth {
    return { born_ms: this.#born.get(name) }
  }

  done(id: string, steps: number): void {
    if (steps % mark_every !== 0) return
    const found = this.#done.get(id)
    if (found === undefined) this.#done.set(id, [Date.now()])
    else found.push(Date.now())
  }

  next(id: string): void {
    if (!this.#next.has(id)) this.#next.set(id, Date.now())
  }

  of(id: string): Marks {
    return { done_ms: this.#done.get(id) ?? [], next_ms: this.#next.get(id) }
  }
}
