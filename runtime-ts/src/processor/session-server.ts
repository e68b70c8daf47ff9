/**
 * Serves a DARQ to processors that are elsewhere. A processor attaches by a hello on a stream, and fences the one before it.
 *
 * @module
 */
import type { Clock, Darq } from '../engine/types.ts'
import { DarqError, toFacts } from '../error.ts'
import { decodeFrame, encodeFrame, type Frame } from './frame.ts'
import type { Hello, ProtocolMessage } from './protocol-message.ts'
import { type Pulse, startPulse } from './pulse.ts'
import { Session } from './session.ts'
import {
  type SessionServerLimits,
  type SessionServerOptions,
  sessionServerClock,
  sessionServerLimits,
} from './session-server-options.ts'
import type { Stream } from './stream.ts'

/** A stream that is served. */
export interface Served {
  /** Resolves when the stream is over: with the reason, or undefined after `close`. */
  readonly ended: Promise<DarqError | undefined>
  /** Detaches the processor if it is still attached, and closes the stream. */
  close(): void
}

export interface SessionServer {
  /**
   * Serves a processor at the other end of `stream`: call it in the task that got the stream. When the processor says
   * hello it is attached, restored and delivered to; when the stream ends it is detached, or after `resume_ms` if it does not
   * come back with another stream.
   */
  serve(stream: Stream): Served
  /** Messages that wait at the host for the present processor's credit. */
  readonly waiting: number
}

/** @returns the session server of a DARQ. One for each DARQ: a session can be resumed only where it began. */
export function openSessionServer(darq: Darq, options: SessionServerOptions = {}): SessionServer {
  return new LiveSessionServer(darq, options)
}

/** A session server for one stream. @see SessionServer.serve */
export function serveProcessor(darq: Darq, stream: Stream, options: SessionServerOptions = {}): Served {
  const limits = { ...options.limits, resume_ms: 0 }
  return openSessionServer(darq, { ...options, limits }).serve(stream)
}

class LiveSessionServer implements SessionServer {
  readonly darq: Darq
  readonly clock: Clock
  readonly limits: SessionServerLimits
  readonly #options: SessionServerOptions
  /** Tells sessions of this life of the host from those of another. */
  readonly #name = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16)).join('')
  #sessions = 0
  #session: Session | undefined
  /** Where the session is spoken. */
  #connection: Connection | undefined
  #takeBack = () => {}

  constructor(darq: Darq, options: SessionServerOptions) {
    this.darq = darq
    this.#options = options
    this.clock = sessionServerClock(options)
    this.limits = sessionServerLimits(options.limits)
  }

  get waiting(): number {
    return this.#session?.waiting ?? 0
  }

  serve(stream: Stream): Served {
    return new Connection(this, stream)
  }

  report(error: DarqError): void {
    this.#options.onError?.(error)
  }

  /** @throws {DarqError} `fenced`, `closed`: that session is over; what `attach` throws */
  take(connection: Connection, hello: Hello, heard: number): Session {
    if (hello.session !== '') return this.#resume(connection, hello.session, heard)
    this.#takeBack()
    const { window } = this.limits
    this.#sessions += 1
    const session = new Session({
      id: `${this.#name}-${this.#sessions}`,
      darq: this.darq,
      limits: this.limits,
      window: {
        bytes: Math.min(window.bytes, hello.window.bytes),
        messages: Math.min(window.messages, hello.window.messages),
      },
      failed: (error) => this.report(error),
    })
    try {
      this.darq.attach(session)
    } catch (error) {
      session.detach()
      throw error
    }
    this.#session = session
    this.#connection = connection
    session.enter(connection.stream, undefined)
    return session
  }

  #resume(connection: Connection, id: string, heard: number): Session {
    const session = this.#session
    if (session?.id !== id || session.over !== undefined || this.limits.resume_ms === 0) {
      if (session?.id === id) session.detach()
      const superseded = session !== undefined && session.id !== id && id.startsWith(`${this.#name}-`)
      throw superseded
        ? new DarqError('fenced', { retryable: false, message: 'a newer processor was attached' })
        : ((session?.id === id ? session.over : undefined) ?? new DarqError('closed', { message: `no session ${id}` }))
    }
    this.#takeBack()
    // The processor knows better than this end that its older stream is dead.
    this.#connection?.replaced()
    this.#connection = connection
    session.enter(connection.stream, heard)
    return session
  }

  /** The session's stream has ended. */
  left(session: Session): void {
    session.leave()
    if (session.over !== undefined) return
    const end = () => session.detach(new DarqError('unavailable', { message: 'the stream to the processor has ended' }))
    const { clock, limits } = this
    if (limits.resume_ms === 0) end()
    else this.#takeBack = clock.wake(clock.now_ms() + limits.resume_ms, end)
  }
}

/** One stream, and the processor at its other end. */
class Connection implements Served {
  readonly ended: Promise<DarqError | undefined>
  readonly stream: Stream
  readonly #server: LiveSessionServer
  readonly #pulse: Pulse
  readonly #end: (reason: DarqError | undefined) => void
  #session: Session | undefined
  #isOver = false

  constructor(server: LiveSessionServer, stream: Stream) {
    this.#server = server
    this.stream = stream
    const { promise, resolve } = Promise.withResolvers<DarqError | undefined>()
    this.ended = promise
    this.#end = resolve
    const { clock, limits } = server
    const { beat_ms, silent_ms_max } = limits
    const silent = () => this.#over(new DarqError('timeout', { message: 'the processor is silent' }))
    this.#pulse = startPulse({ clock, beat_ms, silent_ms_max, silent, beat: () => this.#beat() })
    stream.receive({ frame: (bytes) => this.#receive(bytes), ended: (reason) => this.#over(reason) })
  }

  close(): void {
    this.#session?.detach(new DarqError('closed', { message: 'the host has closed the stream' }))
    this.#over(undefined)
  }

  /** The processor has come back on another stream. */
  replaced(): void {
    this.#session = undefined
    this.#over(new DarqError('unavailable', { message: 'the processor has come back on another stream' }))
  }

  #beat(): void {
    const session = this.#own()
    const { beat_ms, hung_ms_max } = this.#server.limits
    if (session) session.beat()
    else this.#send({ type: 'beat' })
    if (session === undefined || session.idleBeats * beat_ms < hung_ms_max) return
    const error = new DarqError('timeout', { message: 'the processor hangs' })
    session.detach(error)
    this.#over(error)
  }

  /** The session, unless it went on over another stream. */
  #own(): Session | undefined {
    return this.#session?.stream === this.stream ? this.#session : undefined
  }

  #receive(bytes: Uint8Array): void {
    if (this.#isOver) return
    try {
      const frame = decodeFrame(bytes, this.#server.limits.frame_bytes_max)
      const session = this.#own()
      // One that says nothing but that it lives is waiting to say hello again: not for ever.
      if (session === undefined && frame.message.type === 'beat') return
      this.#pulse.heard()
      if (frame.message.type === 'hello') this.#greet(frame.message, frame, session)
      else if (session) session.receive(frame)
      else throw new DarqError('bad_frame', { facts: { expected: 'hello', got: frame.message.type } })
    } catch (error) {
      this.#refuse(error)
    }
  }

  #greet(hello: Hello, { heard }: Frame, session: Session | undefined): void {
    if (session && session.over === undefined)
      throw new DarqError('bad_frame', { facts: { expected: 'one hello', got: 'another' } })
    session?.leave()
    try {
      this.#session = this.#server.take(this, hello, heard)
    } catch (error) {
      // Asked for a session that is over, it may ask for a new one.
      if (hello.session === '') throw error
      this.#send({ type: 'refused', error: toFacts(error) })
    }
  }

  /** What came makes no sense, so that nothing behind it can be believed. */
  #refuse(error: unknown): void {
    const reason = error instanceof DarqError ? error : new DarqError('bad_frame', { cause: error })
    this.#server.report(reason)
    this.#send({ type: 'refused', error: toFacts(reason) })
    this.#own()?.detach(reason)
    this.#over(reason)
  }

  #send(message: ProtocolMessage): void {
    this.stream.send(encodeFrame({ number: 0, heard: 0, message }, this.#server.limits.frame_bytes_max))
  }

  #over(reason: DarqError | undefined): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#pulse.stop()
    this.stream.close()
    const session = this.#own()
    if (session) this.#server.left(session)
    this.#end(reason)
  }
}
