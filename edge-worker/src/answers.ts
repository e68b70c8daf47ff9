/**
 * Requests that wait for the frame that answers theirs. The engine's way back to the caller over HTTP: each request is a
 * host address of its own, which lives as long as the request.
 *
 * @module
 */
import { DarqError } from '@darq/runtime'
import type { Engine, Transport } from '@darq/runtime/engine'

/** What takes a frame. */
export type Answering = Pick<Engine, 'receive' | 'stopped'>

interface Waiting {
  readonly engine: Answering
  readonly answer: (frame: Uint8Array<ArrayBuffer>) => void
  readonly fail: (error: DarqError) => void
}

export interface AnswersLimits {
  /** Requests that may wait at once. */
  readonly waiting_max: number
  /** How long one may wait. */
  readonly wait_ms_max: number
}

const address_prefix = 'request:'

export class Answers implements Transport {
  readonly #limits: AnswersLimits
  readonly #waiting = new Map<string, Waiting>()
  /** Whose end is waited for. */
  #engine: Answering | undefined
  #last = 0

  constructor(limits: AnswersLimits) {
    this.#limits = limits
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** Whether an address is a request's. No host's name has a colon, as it is escaped. */
  has(address: string): boolean {
    return address.startsWith(address_prefix)
  }

  /** The engine's answer. To a request that is gone, it is lost: the peer asks again. */
  send(address: string, frame: Uint8Array): void {
    const waiting = this.#waiting.get(address)
    if (waiting === undefined) throw new DarqError('unavailable', { facts: { address } })
    waiting.answer(new Uint8Array(frame))
  }

  /**
   * Hands a frame to the engine.
   *
   * @returns the frame that answers it
   * @throws {DarqError} what `receive` throws; `backpressure`; `unavailable`, also when the engine stops: what was brought may
   * or may not have been taken
   */
  async ask(engine: Answering, frame: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const { waiting_max, wait_ms_max } = this.#limits
    if (this.#waiting.size >= waiting_max) throw new DarqError('backpressure', { facts: { waiting_max } })
    this.#follow(engine)
    this.#last += 1
    const address = `${address_prefix}${this.#last}`
    let timer: ReturnType<typeof setTimeout> | undefined
    try {
      return await new Promise((answer, fail) => {
        this.#waiting.set(address, { engine, answer, fail })
        timer = setTimeout(() => fail(new DarqError('unavailable', { facts: { waited_ms: wait_ms_max } })), wait_ms_max)
        engine.receive(address, frame)
      })
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(address)
    }
  }

  /** What waits for an engine that has stopped, for good or to go back, is never answered. */
  #follow(engine: Answering): void {
    if (this.#engine === engine) return
    this.#engine = engine
    void engine.stopped.then((cause) => {
      const error = new DarqError('unavailable', { cause, message: 'the host stopped before it had committed' })
      for (const waiting of this.#waiting.values()) if (waiting.engine === engine) waiting.fail(error)
    })
  }
}
