/**
 * Two ends of a stream in one memory: for tests and simulation, under whatever clock.
 *
 * @module
 */
import type { Clock } from '../engine/types.ts'
import { DarqError } from '../error.ts'
import type { Stream, StreamHandler } from './stream.ts'

export interface PairOptions {
  readonly clock: Clock
  /** How long the next frame is under way. Order is kept whatever it says. Default 0. */
  readonly delay_ms?: () => number
}

export interface StreamPair {
  readonly ends: readonly [Stream, Stream]
  /** The stream is lost with all that is under way; both ends are told. */
  cut(): void
  /** The stream is lost, and nobody is told. */
  mute(): void
}

class Pair implements StreamPair {
  readonly ends: readonly [PairEnd, PairEnd]
  readonly #clock: Clock
  readonly #delay_ms: () => number
  #isLost = false

  constructor({ clock, delay_ms = () => 0 }: PairOptions) {
    this.#clock = clock
    this.#delay_ms = delay_ms
    this.ends = [new PairEnd(this), new PairEnd(this)]
    this.ends[0].other = this.ends[1]
    this.ends[1].other = this.ends[0]
  }

  /** Runs it at the other end, unless it was lost on its way. */
  carry(from: PairEnd, run: () => void): void {
    const at_ms = Math.max(from.busyUntil_ms, this.#clock.now_ms() + this.#delay_ms())
    from.busyUntil_ms = at_ms
    this.#clock.wake(at_ms, () => {
      if (!this.#isLost) run()
    })
  }

  cut(): void {
    if (this.#isLost) return
    this.#isLost = true
    for (const end of this.ends) this.#clock.soon(() => end.end('the stream was cut'))
  }

  mute(): void {
    this.#isLost = true
  }
}

class PairEnd implements Stream {
  other: PairEnd | undefined
  busyUntil_ms = 0
  readonly #pair: Pair
  #handler: StreamHandler | undefined
  #isClosed = false

  constructor(pair: Pair) {
    this.#pair = pair
  }

  send(frame: Uint8Array): void {
    if (!this.#isClosed) this.#pair.carry(this, () => this.other?.frame(frame))
  }

  receive(handler: StreamHandler): void {
    this.#handler = handler
  }

  close(): void {
    if (this.#isClosed) return
    this.#pair.carry(this, () => this.other?.end('the other end was closed'))
    this.#isClosed = true
  }

  frame(bytes: Uint8Array): void {
    if (!this.#isClosed) this.#handler?.frame(bytes)
  }

  end(message: string): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#handler?.ended(new DarqError('unavailable', { message }))
  }
}

export function streamPair(options: PairOptions): StreamPair {
  return new Pair(options)
}
