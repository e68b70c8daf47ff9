/**
 * A processor that is elsewhere: finds its DARQ over a stream, and begins again when it must.
 *
 * @module
 */
import { platformClock } from '../clock.ts'
import type { Clock } from '../engine/types.ts'
import { DarqError, fromFacts } from '../error.ts'
import { decodeFrame, encodeFrame, type Frame } from './frame.ts'
import type { FrameStreamLimits } from './frame-stream.ts'
import type { ProtocolMessage, Welcome, Window } from './protocol-message.ts'
import { type Pulse, startPulse } from './pulse.ts'
import { RemoteSession } from './remote-session.ts'
import type { MakeProcessor } from './remote-types.ts'
import type { StepLimits } from './steps-under-way.ts'
import type { Stream } from './stream.ts'

export interface RemoteLimits extends FrameStreamLimits, StepLimits {
  /** What the processor may be sent before it has dealt with it. Default 1 MiB and 4,096 messages. */
  readonly window: Window
  /** As the host's: see `SessionServerLimits`. */
  readonly beat_ms: number
  readonly silent_ms_max: number
  /** Before another try; doubles from one to the other. Defaults 100 ms and 10 s. */
  readonly retry_ms: number
  readonly retry_ms_max: number
}

export interface RemoteOptions {
  readonly clock?: Clock
  /** Uniform in [0, 1): spreads the tries. */
  readonly random?: () => number
  readonly limits?: Partial<RemoteLimits>
  /** An incarnation that is over, a stream that has ended, a try that failed: another follows. */
  readonly onError?: (error: DarqError) => void
}

/** Gets a stream to the host. Asked again when it has ended. */
export type Connect = () => Stream | Promise<Stream>

export interface RemoteHold {
  /** Resolves when there will be no other incarnation: with the reason, or undefined after `close` or `detach`. */
  readonly ended: Promise<DarqError | undefined>
  /** Gives the DARQ back. What was stepped before still happens if the stream carries it. */
  close(): void
}

const defaults: RemoteLimits = {
  window: { bytes: 1024 * 1024, messages: 4_096 },
  frame_bytes_max: 4 * 1024 * 1024,
  unheard_bytes_max: 16 * 1024 * 1024,
  steps_max: 1_024,
  steps_bytes_max: 4 * 1024 * 1024,
  beat_ms: 5_000,
  silent_ms_max: 20_000,
  retry_ms: 100,
  retry_ms_max: 10_000,
}

/**
 * Attaches a processor to the DARQ at the other end of a stream (`serveProcessor`, `openSessionServer`).
 *
 * An incarnation that ends with a retryable error (the host was restarted, the processor threw) is followed by another, made
 * anew and restored, after a while. One that was fenced is the last: somebody newer has the DARQ.
 *
 * @param channel a stream: when it ends, that is the end. Or how to get one: when it ends another is asked for, and if the
 * host's session server lets sessions be resumed, the incarnation goes on, with every step it has sent taken exactly once.
 */
export function remoteProcessor(
  channel: Stream | Connect,
  make: MakeProcessor,
  options: RemoteOptions = {},
): RemoteHold {
  return new Remote(channel, make, options)
}

class Remote implements RemoteHold {
  readonly ended: Promise<DarqError | undefined>
  readonly #end: (reason: DarqError | undefined) => void
  readonly #connect: Connect | undefined
  readonly #make: MakeProcessor
  readonly #clock: Clock
  readonly #random: () => number
  readonly #limits: RemoteLimits
  readonly #options: RemoteOptions
  #stream: Stream | undefined
  #pulse: Pulse | undefined
  #session: RemoteSession | undefined
  #retry_ms: number
  #takeBack = () => {}
  #isOver = false

  constructor(channel: Stream | Connect, make: MakeProcessor, options: RemoteOptions) {
    const { promise, resolve } = Promise.withResolvers<DarqError | undefined>()
    this.ended = promise
    this.#end = resolve
    this.#make = make
    this.#options = options
    this.#clock = options.clock ?? platformClock()
    this.#random = options.random ?? Math.random
    this.#limits = { ...defaults, ...options.limits }
    this.#retry_ms = this.#limits.retry_ms
    this.#connect = typeof channel === 'function' ? channel : undefined
    if (typeof channel === 'function') void this.#reach(channel)
    else this.#begin(channel)
  }

  close(): void {
    const session = this.#session
    session?.detach()
    session?.end(new DarqError('closed', { message: 'the processor was closed' }))
    this.#finish(undefined)
  }

  async #reach(connect: Connect): Promise<void> {
    try {
      const stream = await connect()
      if (this.#isOver) stream.close()
      else this.#begin(stream)
    } catch (error) {
      this.#later(error instanceof DarqError ? error : new DarqError('unavailable', { cause: error }))
    }
  }

  #begin(stream: Stream): void {
    this.#stream = stream
    const { beat_ms, silent_ms_max } = this.#limits
    this.#pulse = startPulse({
      clock: this.#clock,
      beat_ms,
      silent_ms_max,
      beat: () => (this.#session ? this.#session.beat() : this.#send({ type: 'beat' })),
      silent: () => this.#drop(new DarqError('timeout', { message: 'the host is silent' })),
    })
    stream.receive({
      frame: (bytes) => {
        if (this.#stream === stream) this.#receive(bytes, stream)
      },
      ended: (reason) => {
        if (this.#stream === stream) this.#lost(reason)
      },
    })
    this.#hello()
  }

  #hello(): void {
    this.#send({ type: 'hello', session: this.#session?.id ?? '', window: this.#limits.window })
  }

  #send(message: ProtocolMessage): void {
    const frame = { number: 0, heard: this.#session?.heard ?? 0, message }
    this.#stream?.send(encodeFrame(frame, this.#limits.frame_bytes_max))
  }

  #receive(bytes: Uint8Array, stream: Stream): void {
    this.#pulse?.heard()
    try {
      const frame = decodeFrame(bytes, this.#limits.frame_bytes_max)
      const { message } = frame
      if (message.type === 'welcome') this.#welcomed(message, frame, stream)
      else if (message.type === 'refused') this.#over(fromFacts(message.error))
      else if (this.#session) this.#session.receive(frame)
      if (message.type === 'accepted') this.#retry_ms = this.#limits.retry_ms
    } catch (error) {
      this.#drop(error instanceof DarqError ? error : new DarqError('bad_frame', { cause: error }))
      return
    }
    if (this.#session?.over) this.#over(this.#session.over)
  }

  #welcomed(welcome: Welcome, { heard }: Frame, stream: Stream): void {
    if (welcome.resumed) {
      if (this.#session?.id !== welcome.session)
        throw new DarqError('bad_frame', {
          facts: { expected: 'the session that was asked for', got: welcome.session },
        })
      this.#session.resume(stream, heard)
      return
    }
    if (this.#session) throw new DarqError('bad_frame', { facts: { expected: 'one welcome', got: 'another' } })
    this.#session = new RemoteSession(welcome, stream, this.#make, this.#limits, this.#connect !== undefined)
  }

  /** The incarnation is over, or there was none to be had; the stream may be as good as before. */
  #over(reason: DarqError): void {
    const session = this.#session
    this.#session = undefined
    session?.end(reason)
    if (session?.hasLeft) this.#finish(undefined)
    else if (reason.code === 'fenced' || !(reason.retryable || session?.hasFailed)) this.#finish(reason)
    else this.#later(reason)
  }

  /** Gives the stream up. */
  #drop(reason: DarqError): void {
    this.#stream?.close()
    this.#lost(reason)
  }

  #lost(reason: DarqError): void {
    this.#stream = undefined
    this.#pulse?.stop()
    this.#session?.shut()
    if (this.#connect && !this.#session?.hasLeft) this.#later(reason)
    else {
      this.#session?.end(reason)
      this.#finish(this.#session?.hasLeft ? undefined : reason)
    }
  }

  #later(reason: DarqError): void {
    if (this.#isOver) return
    this.#options.onError?.(reason)
    const wait_ms = this.#retry_ms * (0.5 + this.#random() / 2)
    this.#retry_ms = Math.min(this.#retry_ms * 2, this.#limits.retry_ms_max)
    this.#takeBack()
    this.#takeBack = this.#clock.wake(this.#clock.now_ms() + wait_ms, () => {
      if (this.#stream) this.#hello()
      else if (this.#connect) void this.#reach(this.#connect)
    })
  }

  #finish(reason: DarqError | undefined): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#takeBack()
    this.#pulse?.stop()
    this.#stream?.close()
    this.#stream = undefined
    this.#end(reason)
  }
}
