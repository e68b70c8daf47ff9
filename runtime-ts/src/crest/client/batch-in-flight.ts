/**
 * A batch of a lane on its way.
 *
 * @module
 */
import type { QueuedMessage } from './queued-message.ts'

export class BatchInFlight {
  readonly batch: readonly QueuedMessage[]
  /** Which attempt of the lane it belongs to. */
  readonly attempt: number
  isAccepted = false
  #isGone = false
  #wait: PromiseWithResolvers<void> | undefined

  constructor(batch: readonly QueuedMessage[], attempt: number) {
    this.batch = batch
    this.attempt = attempt
  }

  /** The lane need not wait for it any more, whatever has become of it. */
  go(): void {
    this.#isGone = true
    this.#wait?.resolve()
  }

  /** @returns resolves when the lane may go on; `undefined`: it may */
  gone(): Promise<void> | undefined {
    if (this.#isGone) return undefined
    this.#wait ??= Promise.withResolvers()
    return this.#wait.promise
  }
}
