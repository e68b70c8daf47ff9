/**
 * Messages that wait to be handled in one step.
 *
 * @module
 */
import type { BatchDefinition } from '../crest/define/definition.ts'

export class Gathering<T> {
  readonly #groups = new Map<string, { readonly items: T[]; bodies: number; readonly cancel: () => void }>()
  readonly #after: (wait_ms: number, run: () => void) => () => void

  /** @param after calls `run` in this many milliseconds, unless it is taken back */
  constructor(after: (wait_ms: number, run: () => void) => () => void) {
    this.#after = after
  }

  add(
    group: string,
    item: T,
    bodies: number,
    { batch, wait_ms }: BatchDefinition,
    run: (items: readonly T[]) => void,
  ): void {
    const end = (): void => {
      const found = this.#groups.get(group)
      this.#groups.delete(group)
      found?.cancel()
      if (found !== undefined) run(found.items)
    }
    let found = this.#groups.get(group)
    if (found === undefined) {
      found = { items: [], bodies: 0, cancel: wait_ms === undefined ? whatArrivesNow(end) : this.#after(wait_ms, end) }
      this.#groups.set(group, found)
    }
    found.items.push(item)
    found.bodies += bodies
    if (found.bodies >= batch) end()
  }
}

function whatArrivesNow(run: () => void): () => void {
  let isOver = false
  queueMicrotask(() => {
    if (!isOver) run()
  })
  return () => {
    isOver = true
  }
}
