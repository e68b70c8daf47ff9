/**
 * Time under a test's control; macrotasks are the platform's.
 *
 * @module
 */
import type { Clock } from '@darq/runtime/engine'

export class VirtualClock implements Clock {
  #now_ms = 1_000_000
  #waiting: { readonly at_ms: number; readonly run: () => void }[] = []

  now_ms(): number {
    return this.#now_ms
  }
  soon(run: () => void): void {
    setImmediate(run)
  }
  wake(at_ms: number, run: () => void): () => void {
    const waiting = { at_ms, run }
    this.#waiting.push(waiting)
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting)
    }
  }

  /** Time jumps: what is due by then runs at once, before anything else. */
  leap(span_ms: number): void {
    this.#now_ms += span_ms
    const due = this.#waiting.filter(({ at_ms }) => at_ms <= this.#now_ms)
    this.#waiting = this.#waiting.filter(({ at_ms }) => at_ms > this.#now_ms)
    for (const { run } of due) run()
  }

  /** Resolves when so much time has passed. */
  pause(span_ms: number): Promise<void> {
    return new Promise((resolve) => this.wake(this.#now_ms + span_ms, resolve))
  }

  /** Lets everything happen that is due within the next `span_ms`, in order. */
  async advance(span_ms: number): Promise<void> {
    const until_ms = this.#now_ms + span_ms
    for (;;) {
      await quiet()
      const [next] = this.#waiting.filter(({ at_ms }) => at_ms <= until_ms).sort((a, b) => a.at_ms - b.at_ms)
      if (next === undefined) break
      this.#waiting = this.#waiting.filter((other) => other !== next)
      this.#now_ms = Math.max(this.#now_ms, next.at_ms)
      next.run()
    }
    this.#now_ms = until_ms
  }
}

/** Resolves when a chain of macrotasks that began now has come to its end: memory storage needs a handful. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
