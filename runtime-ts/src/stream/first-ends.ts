/**
 * When the first window of each key ends: so that closing windows costs what is closed, however many are open.
 *
 * It is derived from a table, and kept in memory beside it. A step may be undone after it has told of a change, so nothing
 * here is believed: what is taken out is compared with the table, and looked at again when the next step begins. What it may
 * never be is without a key that has windows.
 *
 * @module
 */
import type { Cells } from './operator.ts'

interface End {
  readonly end_ms: number
  readonly key: string
}

/** A few ends that are no more so are cheaper than to look for them. */
const stale_max = 1_024

export class FirstEnds {
  readonly #cells: Cells
  readonly #endOf: (kept: unknown) => number
  /** A binary heap, the first end at its top. */
  #heap: End[] = []
  /** What the step before has taken out. */
  readonly #taken = new Set<string>()

  /** @param endOf a key's first end, out of what the table keeps of it */
  constructor(cells: Cells, endOf: (kept: unknown) => number) {
    this.#cells = cells
    this.#endOf = endOf
    this.#fill()
  }

  #fill(): void {
    // Sorted, it is a heap.
    this.#heap = Array.from(this.#cells.entries(), ([key, kept]) => ({ key, end_ms: this.#endOf(kept) })).sort(
      (one, other) => one.end_ms - other.end_ms,
    )
  }

  /** A step begins: the one before has happened, or was undone. */
  begin(): void {
    for (const key of this.#taken) {
      const kept = this.#cells.get(key)
      if (kept !== undefined) this.add(key, this.#endOf(kept))
    }
    this.#taken.clear()
    if (this.#heap.length > stale_max + 4 * this.#cells.size) this.#fill()
  }

  add(key: string, end_ms: number): void {
    const heap = this.#heap
    const added = { key, end_ms }
    let at = heap.length
    heap.push(added)
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = heap[above]
      if (parent === undefined || parent.end_ms <= end_ms) break
      heap[at] = parent
      at = above
    }
    heap[at] = added
  }

  /** @returns a key whose first window may end by then, each once; `undefined`: there is no more */
  take(until_ms: number): string | undefined {
    for (;;) {
      const [top] = this.#heap
      if (top === undefined || top.end_ms > until_ms) return undefined
      this.#drop()
      if (this.#taken.has(top.key)) continue
      this.#taken.add(top.key)
      return top.key
    }
  }

  /** Takes the top out. */
  #drop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      const left = heap[2 * at + 1]
      const right = heap[2 * at + 2]
      const below = right !== undefined && left !== undefined && right.end_ms < left.end_ms ? 2 * at + 2 : 2 * at + 1
      const child = heap[below]
      if (child === undefined || child.end_ms >= last.end_ms) break
      heap[at] = child
      at = below
    }
    heap[at] = last
  }
}
