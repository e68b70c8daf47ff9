/**
 * What waits for its time. One wake-up of the clock, however many wait.
 *
 * @module
 */
import type { Clock } from '../../engine/types.ts'

export class DelayQueue<T> {
  readonly #clock: Clock
  readonly #run: (item: T) => void
  readonly #waiting: { readonly at_ms: number; readonly item: T }[] = []
  #cancel: (() => void) | undefined
  #wakeAt_ms = Number.POSITIVE_INFINITY

  constructor(clock: Clock, run: (item: T) => void) {
    this.#clock = clock
    this.#run = run
  }

  get size(): number {
    return this.#waiting.length
  }

  add(item: T, wait_ms: number): void {
    const at_ms = this.#clock.now_ms() + wait_ms
    this.#waiting.push({ at_ms, item })
    this.#arm(at_ms)
  }

  #arm(at_ms: number): void {
    if (at_ms >= this.#wakeAt_ms) return
    this.#cancel?.()
    this.#wakeAt_ms = at_ms
    this.#cancel = this.#clock.wake(at_ms, () => this.#due())
  }

  #due(): void {
    this.#wakeAt_ms = Number.POSITIVE_INFINITY
    this.#cancel = undefined
    const now_ms = this.#clock.now_ms()
    const all = this.#waiting.splice(0)
    const due = all.filter(({ at_ms }) => at_ms <= now_ms)
    this.#waiting.push(...all.filter(({ at_ms }) => at_ms > now_ms))
    for (const { at_ms } of this.#waiting) this.#arm(at_ms)
    for (const [index, { item }] of due.entries())
      try {
        this.#run(item)
      } catch (thrown) {
        // Those behind it have their turn all the same.
        for (const behind of due.slice(index + 1)) this.add(behind.item, 0)
        throw thrown
      }
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#wakeAt_ms = Number.POSITIVE_INFINITY
    this.#waiting.length = 0
  }
}
