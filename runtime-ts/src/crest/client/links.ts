/**
 * A client's way to its host, anew when the old one is lost.
 *
 * @module
 */
import type { Clock } from '../../engine/types.ts'
import { asError, DarqError } from '../../error.ts'
import type { Link } from '../wire/link.ts'

/** A link, or what opens the next one when the last has failed with a retryable error. */
export type LinkSource = Link | ((failed: Link | undefined) => Link | Promise<Link>)

const backoff_ms = 50
const backoff_max_ms_default = 10_000

export class Links {
  readonly #source: LinkSource
  readonly #clock: Clock
  readonly #random: () => number
  readonly #backoff_max_ms: number
  #opening: Promise<Link> | undefined
  #current: Link | undefined
  #failed: Link | undefined
  #failures = 0
  #isClosed = false
  readonly #closed = new AbortController()

  constructor(source: LinkSource, clock: Clock, random: () => number, backoff_max_ms = backoff_max_ms_default) {
    this.#source = source
    this.#clock = clock
    this.#random = random
    this.#backoff_max_ms = backoff_max_ms
  }

  /** The one that is open. */
  get current(): Link | undefined {
    return this.#current
  }

  /** @throws {DarqError} `closed`, or why none could be opened */
  get(): Promise<Link> {
    if (this.#isClosed) return Promise.reject(closedError())
    if (this.#opening === undefined) {
      const source = this.#source
      const opening = (async () => (typeof source === 'function' ? source(this.#failed) : source))()
      opening.then(
        (link) => {
          if (this.#opening === opening) this.#current = link
        },
        () => {
          if (this.#opening === opening) this.#opening = undefined
        },
      )
      this.#opening = opening
    }
    return this.#opening
  }

  worked(): void {
    this.#failures = 0
  }

  /** The link, or opening one, has failed: waits a while, so that the next one has a chance. Resolves at once when closed. */
  async failed(link: Link | undefined): Promise<void> {
    if (link !== undefined) this.#failed = link
    this.#opening = undefined
    this.#current = undefined
    this.#failures += 1
    const whole_ms = Math.min(this.#backoff_max_ms, backoff_ms * 2 ** Math.min(this.#failures - 1, 20))
    await this.pause(whole_ms * (0.5 + this.#random() / 2))
  }

  /** Resolves after a while, or when the client is closed. */
  pause(wait_ms: number): Promise<void> {
    const { signal } = this.#closed
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve()
        return
      }
      const cancel = this.#clock.wake(this.#clock.now_ms() + wait_ms, done)
      function done(): void {
        cancel()
        signal.removeEventListener('abort', done)
        resolve()
      }
      signal.addEventListener('abort', done)
    })
  }

  get isClosed(): boolean {
    return this.#isClosed
  }
  get closing(): AbortSignal {
    return this.#closed.signal
  }

  close(): void {
    this.#isClosed = true
    this.#opening = undefined
    this.#current = undefined
    this.#closed.abort(closedError())
  }
}

export function closedError(): DarqError {
  return new DarqError('closed', { message: 'the client was closed' })
}

/** @returns what a link has thrown, as the one error class; anything else is a defect, and not tried again */
export function linkError(thrown: unknown): DarqError {
  return asError(thrown, 'internal', { retryable: false })
}
