/**
 * The timers of one DARQ: messages that are sent later. One to the participant itself is its own row in the inbox: when it is
 * due it waits as it stands, so that taking the timer back takes the message back.
 *
 * @module
 */
import type { ParticipantContext } from './participant-context.ts'
import { keyOf, type Timer, type Writes, write } from './row.ts'

export class Alarms {
  readonly #darq: string
  readonly #context: ParticipantContext
  readonly #fired: (key: string, row: string, timer: Timer) => void
  readonly #timers = new Map<string, Timer>()
  readonly #ends = new Map<string, () => void>()

  /** @param fired is called with a timer for the participant itself */
  constructor(darq: string, context: ParticipantContext, fired: (key: string, row: string, timer: Timer) => void) {
    this.#darq = darq
    this.#context = context
    this.#fired = fired
  }

  has(key: string): boolean {
    return this.#timers.has(key)
  }

  /** A timer is stored, and committed. */
  arm(key: string, timer: Timer): void {
    this.disarm(key)
    this.#timers.set(key, timer)
    const wait_ms = timer.due_ms - this.#context.clock.now_ms()
    this.#ends.set(
      key,
      this.#context.after(wait_ms, () => this.#due(key, timer)),
    )
  }

  disarm(key: string): void {
    this.#timers.delete(key)
    this.#ends.get(key)?.()
    this.#ends.delete(key)
  }

  #due(key: string, timer: Timer): void {
    const row = keyOf('timer', this.#darq, key)
    if (timer.to === this.#darq) this.#fired(key, row, timer)
    else this.#send(key, row, timer).catch(() => {}) // the host has stopped: the next one finds the timer
  }

  async #send(key: string, row: string, timer: Timer): Promise<void> {
    await this.#context.transaction(
      async (rows) => {
        if (this.#timers.get(key) !== timer) return undefined
        const writes: Writes = new Map([[row, undefined]])
        const posted = this.#context.post(this.#darq, [timer], writes)
        write(writes, rows)
        return posted
      },
      (posted) => {
        if (posted === undefined) return
        this.disarm(key)
        posted()
      },
    )
  }
}
