/**
 * How much a client keeps that is not committed yet.
 *
 * @module
 */
import { DarqError } from '../../error.ts'

/** Messages and bytes that one client keeps at most until they are committed. */
const messages_max = 65_536
const bytes_max = 32 * 1_024 * 1_024

export class Window {
  #messages = 0
  #bytes = 0

  /** @throws {DarqError} `backpressure` when there is no room: nothing was taken */
  enter(bytes: number): void {
    if (this.#messages >= messages_max || (this.#messages > 0 && this.#bytes + bytes > bytes_max)) {
      throw new DarqError('backpressure', {
        facts: { expected: { messages_max, bytes_max }, got: { messages: this.#messages, bytes: this.#bytes + bytes } },
      })
    }
    this.#messages += 1
    this.#bytes += bytes
  }

  leave(bytes: number): void {
    this.#messages -= 1
    this.#bytes -= bytes
  }
}
