/**
 * The host's side of one incarnation whose processor is elsewhere: to the DARQ it is a processor like any other.
 *
 * @module
 */
import type { Attached, Darq, Delivered, LiveTimer, Lsn, NonEmpty, Processor } from '../engine/types.ts'
import { DarqError, fromFacts, toFacts } from '../error.ts'
import type { Frame } from './frame.ts'
import { Line } from './line.ts'
import type { SeatLimits } from './seat-options.ts'
import type { Stream } from './stream.ts'
import { Supply } from './supply.ts'
import { TakenSteps } from './taken-steps.ts'
import type { Window, Word } from './words.ts'

export interface SessionOptions {
  readonly id: string
  readonly darq: Darq
  readonly limits: SeatLimits
  readonly window: Window
  /** A processor that has failed, elsewhere. */
  readonly failed: (error: DarqError) => void
}

export class Session implements Processor {
  readonly id: string
  readonly #options: SessionOptions
  readonly #line: Line
  readonly #supply: Supply
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
    this.#line = new Line(limits, limits.resume_ms > 0)
    const batch = { bytes: Math.min(limits.batch_bytes, limits.frame_bytes_max / 2), messages: limits.batch_messages }
    this.#supply = new Supply({ window, batch })
    this.#told = darq.grades
    this.#unwatch = darq.watch(() => this.#tellGrades())
  }

  /** Why the incarnation is over. */
  get over(): DarqError | undefined {
    return this.#over
  }
  get isOpen(): boolean {
    return this.#line.isOpen
  }
  get stream(): Stream | undefined {
    return this.#line.stream
  }
  /** Messages that wait at the host for credit. */
  get waiting(): number {
    return this.#supply.waiting
  }
  /** Whether the processor has something to do. */
  get isOwed(): boolean {
    return this.#over === undefined && this.#supply.isOwed
  }

  restore(
    checkpoint: Delivered<'restore'> | undefined,
    self: Iterable<Delivered<'restore'>>,
    timers: Iterable<LiveTimer>,
    attached: Attached,
  ): void {
    this.#attached = attached
    this.#supply.restore(checkpoint, self, timers)
  }

  deliver<Turn>(messages: NonEmpty<Delivered<Turn>>): void {
    this.#supply.deliver(messages)
    this.#supplyMore()
  }

  detached(reason: DarqError): void {
    this.#over ??= reason
    this.#unwatch()
    if (this.#line.isOpen) this.#line.say({ type: 'detached', error: toFacts(this.#over) })
  }

  /** Begins on a stream, or goes on over another one. @param heard what the processor has heard; undefined at the start */
  enter(stream: Stream, heard: number | undefined): void {
    const { darq } = this.#options
    const attached = this.#attached
    if (attached === undefined) throw new DarqError('closed')
    this.#line.open(stream)
    this.#told = darq.grades
    const { durable, committed } = this.#told
    const { incarnation } = attached
    const resumed = heard !== undefined
    this.#line.whisper({ type: 'welcome', session: this.id, incarnation, darq: darq.name, resumed, durable, committed })
    if (resumed) this.#line.repeat(heard)
    this.#supplyMore()
  }

  /** The stream has ended. */
  leave(): void {
    this.#line.shut()
  }

  /** Gives the DARQ back. @param reason what `detached` says; else what the DARQ says */
  detach(reason?: DarqError): void {
    this.#over ??= reason
    this.#attached?.detach()
    this.#unwatch()
  }

  beat(): void {
    if (this.#line.isOpen) this.#line.whisper({ type: 'beat' })
    this.idleBeats = this.isOwed ? this.idleBeats + 1 : 0
  }

  /** @throws {DarqError} what makes the stream worth no more: `bad_frame`, `too_large`, `backpressure` */
  hear(frame: Frame): void {
    const word = this.#line.hear(frame)
    this.#steps.forget(this.#line.known)
    if (word !== undefined) this.#answer(word)
    if (this.#line.isOverfull)
      throw new DarqError('backpressure', {
        facts: { expected: 'a processor that hears what it is told', got: 'none' },
      })
    if (this.#line.isOpen) this.#line.thank()
  }

  #answer(word: Word): void {
    switch (word.type) {
      case 'step': {
        const attached = this.#attached
        if (attached === undefined || !this.#supply.isRestored) throw early(word.type)
        this.idleBeats = 0
        const answer = this.#steps.take(word, attached)
        if (answer) this.#steps.answered(word.step, this.#line.say(answer))
        return
      }
      case 'credit':
        this.idleBeats = 0
        this.#supply.credited(word)
        this.#supplyMore()
        return
      case 'leave': {
        const error = word.error && fromFacts(word.error)
        if (error) this.#options.failed(error)
        this.detach(error)
        return
      }
      case 'beat':
        return
      default:
        throw early(word.type)
    }
  }

  /** Reads no more of the log than there is credit for; a session without a stream waits. */
  #supplyMore(): void {
    const attached = this.#attached
    while (attached !== undefined && this.#over === undefined && this.#line.isOpen) {
      const word = this.#supply.next(attached)
      if (word === undefined) return
      try {
        this.#line.say(word)
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
    if (this.#over !== undefined || !this.#line.isOpen) return
    const { durable, committed } = this.#options.darq.grades
    if (durable === this.#told.durable && committed === this.#told.committed) return
    this.#told = { durable, committed }
    this.#line.say({ type: 'grades', durable, committed })
  }
}

const early = (got: Word['type']): DarqError =>
  new DarqError('bad_frame', { facts: { expected: 'a word that a processor may say now', got } })
