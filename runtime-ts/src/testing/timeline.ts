/**
 * Virtual time: a heap of events. Nothing happens but what stands in it, one after the other.
 *
 * @module
 */
import { Heap } from '../engine/heap.ts'

export interface TimelineEvent {
  readonly at_ms: number
  readonly order: number
  /** Emptied when it was cancelled. */
  run: (() => void) | undefined
}

const start_ms = Date.UTC(2026, 0, 1)

const before = (a: TimelineEvent, b: TimelineEvent): boolean =>
  a.at_ms < b.at_ms || (a.at_ms === b.at_ms && a.order < b.order)

export class Timeline {
  #now_ms = start_ms
  #order = 0
  readonly #events = new Heap<TimelineEvent>(before)

  get now_ms(): number {
    return this.#now_ms
  }
  /** Milliseconds since the start of the simulation. */
  get elapsed_ms(): number {
    return this.#now_ms - start_ms
  }
  get length(): number {
    return this.#events.length
  }

  /** @returns the event; clear its `run` to cancel it */
  at(at_ms: number, run: () => void): TimelineEvent {
    if (!Number.isFinite(at_ms)) throw new RangeError(`an event needs a time, not ${at_ms}`)
    const event = { at_ms: Math.max(at_ms, this.#now_ms), order: this.#order, run }
    this.#order += 1
    this.#events.add(event)
    return event
  }

  after(wait_ms: number, run: () => void): TimelineEvent {
    return this.at(this.#now_ms + wait_ms, run)
  }

  /** When the next event is due; undefined when there is none. */
  get next_ms(): number | undefined {
    this.#dropCancelled()
    return this.#events.first?.at_ms
  }

  /** Moves to the next event and runs it. @returns false when there is none */
  step(): boolean {
    this.#dropCancelled()
    const event = this.#events.take()
    if (!event) return false
    this.#now_ms = event.at_ms
    event.run?.()
    return true
  }

  #dropCancelled(): void {
    while (this.#events.first && !this.#events.first.run) this.#events.take()
  }
}
