/**
 * What waits for another attempt, by due time. One wake-up of the clock, however many wait.
 *
 * @module
 */
import type { Clock } from '../../engine/types.ts'
import type { RetryDefinition } from '../define/definition.ts'

export class Retries<T> {
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
    for (const { item } of due) this.#run(item)
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#waiting.length = 0
  }
}

/** @returns the pause after so many attempts: doubling, with jitter between a half and the whole of it */
export function backoff_ms(
  { backoff_ms, backoff_max_ms }: RetryDefinition,
  attempts: number,
  random: () => number,
): number {
  const whole_ms = Math.min(backoff_max_ms, backoff_ms * 2 ** Math.min(attempts - 1, 40))
  return whole_ms * (0.5 + random() / 2)
}
