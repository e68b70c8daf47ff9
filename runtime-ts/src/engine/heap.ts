/**
 * A binary heap: what comes first by `before` is taken first. Adding and taking cost the logarithm of its length.
 *
 * @module
 */
export class Heap<T> {
  readonly #items: T[] = []
  readonly #before: (a: T, b: T) => boolean

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before
  }

  get length(): number {
    return this.#items.length
  }
  get first(): T | undefined {
    return this.#items[0]
  }

  add(item: T): void {
    const items = this.#items
    let at = items.push(item) - 1
    while (at > 0) {
      const up = (at - 1) >> 1
      const parent = items[up]
      if (parent === undefined || this.#before(parent, item)) break
      items[at] = parent
      at = up
    }
    items[at] = item
  }

  take(): T | undefined {
    const items = this.#items
    const first = items[0]
    const last = items.pop()
    if (last === undefined || items.length === 0) return first
    let at = 0
    for (;;) {
      const left = items[2 * at + 1]
      const right = items[2 * at + 2]
      const rightFirst = left !== undefined && right !== undefined && this.#before(right, left)
      const child = rightFirst ? 2 * at + 2 : 2 * at + 1
      const next = items[child]
      if (next === undefined || this.#before(last, next)) break
      items[at] = next
      at = child
    }
    items[at] = last
    return first
  }

  clear(): void {
    this.#items.length = 0
  }
}
