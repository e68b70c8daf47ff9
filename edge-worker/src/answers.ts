/**
 * Requests that wait for the frame that answers theirs. The engine's way back to whoever asked over HTTP: each request is a
 * host address of its own, which lives as long as the request.
 *
 * @module
 */
import { DarqError } from '@darq/runtime'
import type { Transport } from '@darq/runtime/engine'

interface Waiting {
  readonly answer: (frame: Uint8Array<ArrayBuffer>) => void
  readonly fail: (error: DarqError) => void
}

export interface AnswersLimits {
  /** Requests that may wait at once. */
  readonly waiting_max: number
  /** How long one may wait. */
  readonly wait_ms_max: number
}

export class Answers implements Transport {
  readonly #limits: AnswersLimits
  readonly #waiting = new Map<string, Waiting>()
  #last = 0

  constructor(limits: AnswersLimits) {
    this.#limits = limits
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** The engine's answer. To a request that is gone, it is lost: the peer asks again. */
  send(address: string, frame: Uint8Array): void {
    const waiting = this.#waiting.get(address)
    if (waiting === undefined) throw new DarqError('unavailable', { facts: { address } })
    waiting.answer(new Uint8Array(frame))
  }

  /**
   * @param ask hands the frame to the engine, as coming from `address`
   * @returns the frame that answers it
   * @throws {DarqError} what `ask` throws; `backpressure`, `unavailable`: what was brought may or may not have been taken
   */
  async waitFor(ask: (address: string) => void): Promise<Uint8Array<ArrayBuffer>> {
    const { waiting_max, wait_ms_max } = this.#limits
    if (this.#waiting.size >= waiting_max) throw new DarqError('backpressure', { facts: { waiting_max } })
    this.#last += 1
    const address = `request:${this.#last}`
    let timer: ReturnType<typeof setTimeout> | undefined
    try {
      return await new Promise((answer, fail) => {
        this.#waiting.set(address, { answer, fail })
        timer = setTimeout(() => fail(new DarqError('unavailable', { facts: { waited_ms: wait_ms_max } })), wait_ms_max)
        ask(address)
      })
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(address)
    }
  }

  /** The host has stopped: nothing that waits will be answered. */
  fail(error: DarqError): void {
    for (const { fail } of this.#waiting.values()) fail(error)
  }
}
