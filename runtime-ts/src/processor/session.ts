/**
 * The host's side of one incarnation whose processor is elsewhere: to the DARQ it is a processor like any other.
 *
 * @module
 */
import type { Attached, Darq, Delivered, LiveTimer, Lsn, NonEmpty, Processor } from '../engine/types.ts'
import { DarqError, fromFacts, toFacts } from '../error.ts'
import { FlowControl } from './flow-control.ts'
import type { Frame } from './frame.ts'
import { FrameStream } from './frame-stream.ts'
import type { ProtocolMessage, Window } from './protocol-message.ts'
import type { SessionServerLimits } from './session-server-options.ts'
import type { Stream } from './stream.ts'
import { TakenSteps } from './taken-steps.ts'

export interface SessionOptions {
  readonly id: string
  readonly darq: Darq
  readonly limits: SessionServerLimits
  readonly window: Window
  /** A processor that has failed, elsewhere. */
  readonly failed: (error: DarqError) => void
}

export class Session implements Processor {
  readonly id: string
  readonly #options: SessionOptions
  readonly #frames: FrameStream
  readonly #flow: FlowControl
  readonly #steps = new TakenSteps()
  #attached: Attached | undefined
  #over: DarqError | undefined
  #told: { durable: Lsn; committed: Lsn }
  readonly #unwatch: () => void
  /** Beats since the processor last did anything with what it has. */
  idleBeats = 0

  constructor(options: SessionOptions) {
    const { id, darq, limits, window } = options
    this.id = id
    this.#options = options
    this.#frames = new FrameStream(limits, limits.resume_ms > 0)
    const batch = { bytes: Math.min(limits.batch_bytes, limits.frame_bytes_max / 2), messages: limits.batch_messages }
    this.#flow = new FlowControl({ window, batch })
    this.#told = darq.grades
    this.#unwatch = darq.watch(() => this.#tellGrades())
  }

  /** Why the incarnation is over. */
  get over(): DarqError | undefined {
    return this.#over
  }
  get isOpen(): boolean {
    return this.#frames.isOpen
  }
  get stream(): Stream | undefined {
    return this.#frames.stream
  }
  /** Messages that wait at the host for credit. */
  get waiting(): number {
    return this.#flow.waiting
  }
  /** Whether the processor has something to do. */
  get isOwed(): boolean {
    return this.#over === undefined && this.#flow.isOwed
  }

  restore(
    checkpoint: Delivered<'restore'> | undefined,
    self: Iterable<Delivered<'restore'>>,
    timers: Iterable<LiveTimer>,
    attached: Attached,
  ): void {
    this.#attached = attached
    this.#flow.restore(checkpoint, self, timers)
  }

  deliver<Turn>(messages: NonEmpty<Delivered<Turn>>): void {
    this.#flow.deliver(messages)
    this.#sendMore()
  }

  detached(reason: DarqError): void {
    this.#over ??= reason
    this.#unwatch()
    if (this.#frames.isOpen) this.#frames.send({ type: 'detached', error: toFacts(this.#over) })
  }

  /** Begins on a stream, or goes on over another one. @param heard what the processor has heard; undefined at the start */
  enter(stream: Stream, heard: number | undefined): void {
    const { darq } = this.#options
    const attached = this.#attached
    if (attached === undefined) throw new DarqError('closed')
    this.#frames.open(stream)
    this.#told = darq.grades
    const { durable, committed } = this.#told
    const { incarnation } = attached
    const resumed = heard !== undefined
    this.#frames.sendUnnumbered({
      type: 'welcome',
      session: this.id,
      incarnation,
      darq: darq.name,
      resumed,
      durable,
      committed,
    })
    if (resumed) this.#frames.repeat(heard)
    this.#sendMore()
  }

  /** The stream has ended. */
  leave(): void {
    this.#frames.shut()
  }

  /** Gives the DARQ back. @param reason what `detached` says; else what the DARQ says */
  detach(reason?: DarqError): void {
    this.#over ??= reason
    this.#attached?.detach()
    this.#unwatch()
  }

  beat(): void {
    if (this.#frames.isOpen) this.#frames.sendUnnumbered({ type: 'beat' })
    this.idleBeats = this.isOwed ? this.idleBeats + 1 : 0
  }

  /** @throws {DarqError} what makes the stream worth no more: `bad_frame`, `too_large`, `backpressure` */
  receive(frame: Frame): void {
    const message = this.#frames.receive(frame)
    this.#steps.forget(this.#frames.known)
    if (message !== undefined) this.#answer(message)
    if (this.#frames.isOverfull)
      throw new DarqError('backpressure', {
        facts: { expected: 'a processor that hears what it is told', got: 'none' },
      })
    if (this.#frames.isOpen) this.#frames.acknowledge()
  }

  #answer(message: ProtocolMessage): void {
    switch (message.type) {
      case 'step': {
        const attached = this.#attached
        if (attached === undefined || !this.#flow.isRestored) throw early(message.type)
        this.idleBeats = 0
        const answer = this.#steps.take(message, attached)
        if (answer) this.#steps.answered(message.step, this.#frames.send(answer))
        return
      }
      case 'credit':
        this.idleBeats = 0
        this.#flow.credited(message)
        this.#sendMore()
        return
      case 'leave': {
        const error = message.error && fromFacts(message.error)
        if (error) this.#options.failed(error)
        this.detach(error)
        return
      }
      case 'beat':
        return
      default:
        throw early(message.type)
    }
  }

  /** Reads no more of the log than there is credit for; a session without a stream waits. */
  #sendMore(): void {
    const attached = this.#attached
    while (attached !== undefined && this.#over === undefined && this.#frames.isOpen) {
      const message = this.#flow.next(attached)
      if (message === undefined) return
      try {
        this.#frames.send(message)
      } catch (error) {
        // One message that fits no frame. The DARQ's own turn may be running: it must not fail with it.
        const reason = error instanceof DarqError ? error : new DarqError('too_large', { cause: error })
        this.#options.failed(reason)
        this.detach(reason)
        return
      }
    }
  }

  #tellGrades(): void {
    if (this.#over !== undefined || !this.#frames.isOpen) return
    const { durable, committed } = this.#options.darq.grades
    if (durable === this.#told.durable && committed === this.#told.committed) return
    this.#told = { durable, committed }
    this.#frames.send({ type: 'grades', durable, committed })
  }
}

const early = (got: ProtocolMessage['type']): DarqError =>
  new DarqError('bad_frame', { facts: { expected: 'a message that a processor may send now', got } })
