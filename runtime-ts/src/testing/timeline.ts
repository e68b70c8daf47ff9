/**
 * Virtual time: a heap of events. Nothing happens but what stands in it, one after the other.
 *
 * @module
 */

export interface TimelineEvent {
  readonly at_ms: number
  readonly order: number
  /** Emptied when it was cancelled. */
  run: (() => void) | undefined
}

const start_ms = Date.UTC(2026, 0, 1)

export class Timeline {
  #now_ms = start_ms
  #order = 0
  readonly #heap: TimelineEvent[] = []

  get now_ms(): number {
    return this.#now_ms
  }
  /** Milliseconds since the start of the simulation. */
  get elapsed_ms(): number {
    return this.#now_ms - start_ms
  }
  get length(): number {
    return this.#heap.length
  }

  /** @returns the event; clear its `run` to cancel it */
  at(at_ms: number, run: () => void): TimelineEvent {
    if (!Number.isFinite(at_ms)) throw new RangeError(`an event needs a time, not ${at_ms}`)
    const event = { at_ms: Math.max(at_ms, this.#now_ms), order: this.#order, run }
    this.#order += 1
    const heap = this.#heap
    let at = heap.push(event) - 1
    while (at > 0) {
      const up = (at - 1) >> 1
      const parent = heap[up]
      if (!parent || !before(event, parent)) break
      heap[at] = parent
      at = up
    }
    heap[at] = event
    return event
  }

  after(wait_ms: number, run: () => void): TimelineEvent {
    return this.at(this.#now_ms + wait_ms, run)
  }

  /** When the next event is due; undefined when there is none. */
  get next_ms(): number | undefined {
    this.#dropCancelled()
    return this.#heap[0]?.at_ms
  }

  /** Moves to the next event and runs it. @returns false when there is none */
  step(): boolean {
    this.#dropCancelled()
    const event = this.#pop()
    if (!event) return false
    this.#now_ms = event.at_ms
    event.run?.()
    return true
  }

  #dropCancelled(): void {
    while (this.#heap[0] && !this.#heap[0].run) this.#pop()
  }

  #pop(): TimelineEvent | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (!last || heap.length === 0) return first
    let at = 0
    for (;;) {
      const left = heap[2 * at + 1]
      const right = heap[2 * at + 2]
      const child = left && right && before(right, left) ? 2 * at + 2 : 2 * at + 1
      const next = heap[child]
      if (!next || !before(next, last)) break
      heap[at] = next
      at = child
    }
    heap[at] = last
    return first
  }
}

const before = (a: TimelineEvent, b: TimelineEvent): boolean =>
  a.at_ms < b.at_ms || (a.at_ms === b.at_ms && a.order < b.order)
