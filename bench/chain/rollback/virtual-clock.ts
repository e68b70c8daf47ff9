/**
 * Time that stands still between two events, so that hundreds of hosts run as if each had a machine of its own.
 *
 * @module
 */
import type { Clock } from '@darq/runtime/engine'
import { Timeline } from '../../../runtime-ts/src/testing/timeline.ts'

export class VirtualClock implements Clock {
  readonly #timeline = new Timeline()

  now_ms(): number {
    return this.#timeline.now_ms
  }

  wake(at_ms: number, run: () => void): () => void {
    const event = this.#timeline.at(at_ms, run)
    return () => {
      event.run = undefined
    }
  }

  soon(run: () => void): void {
    this.#timeline.after(0, run)
  }

  /** Runs everything that is due until then, and moves the time there. */
  async until(at_ms: number): Promise<void> {
    await settled()
    for (;;) {
      const next_ms = this.#timeline.next_ms
      if (next_ms === undefined || next_ms > at_ms) break
      this.#timeline.step()
      await settled()
    }
    this.#timeline.at(at_ms, () => {})
    this.#timeline.step()
  }
}

/** Lets every promise that can settle do so. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
