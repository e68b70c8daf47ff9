/**
 * A participant with a live part at its DARQ: the processor that restores its state, hands it its messages and writes its
 * steps.
 *
 * @module
 */
import type { Attached, Delivered, Lsn } from '../../engine/types.ts'
import { DarqError, isA } from '../../error.ts'
import type { Definition } from '../define/definition.ts'
import { check } from '../define/schema.ts'
import { isBuiltinQuery } from '../wire/builtin-queries.ts'
import { isList } from '../wire/envelope.ts'
import { ownError, readable } from '../wire/failure.ts'
import { decodePlain, encodeRecordBytes } from '../wire/plain.ts'
import { type Admitted, admit, Inadmissible } from './admission.ts'
import { DelayQueue } from './delay-queue.ts'
import { handle, keepAwake } from './handling.ts'
import { LedgerProcessor, type MakeProcessor } from './ledger-processor.ts'
import { type Arrival, type Live, type LiveContext, type Made, type MakeLive, nothingYet } from './live.ts'
import type { ProcessorContext } from './processor-context.ts'
import { backoff_ms } from './retries.ts'
import { setAside } from './set-aside.ts'
import { type Turn, timer_cell } from './turn.ts'

/** No encoded value is empty. */
const nothing = new Uint8Array()

/** @returns what runs a participant that has this live part */
export function liveProcessor(live: MakeLive): MakeProcessor {
  return (darq, definition, context) => new LiveProcessor(darq, definition, live, context)
}

class LiveProcessor extends LedgerProcessor implements LiveContext {
  readonly state = {}
  readonly own = {}
  readonly #live: Live
  readonly #tasks: DelayQueue<() => void>
  #isTidying = false

  constructor(name: string, definition: Definition, live: MakeLive, context: ProcessorContext) {
    super(name, definition, context)
    this.#tasks = new DelayQueue(context.clock, (run) => run())
    this.#live = live(this)
  }

  protected restored(): void {
    this.#whenNamed(() => {
      this.#live.restored()
      this.#tidySoon()
    })
  }

  /** A host that is still being opened has no epoch to name yet; and a restore is no time for the application's code. */
  #whenNamed(run: () => void): void {
    this.after(0, () => {
      if (this.context.life() === '') this.after(1, () => this.#whenNamed(run))
      else run()
    })
  }

  protected arrived<T>(message: Delivered<T>, admitted: Admitted | undefined): void {
    const { lsn } = message
    if (admitted !== undefined) this.#arrive({ lsn, fromSelf: false, admitted })
    else this.#take(lsn, this.isOwn(message), (decode) => message.read(decode))
  }

  #take(lsn: Lsn, fromSelf: boolean, read: <R>(decode: (bytes: Uint8Array) => R) => R): void {
    try {
      const admitted = read((bytes) => admit(this.definition, bytes, fromSelf, this.context.knows))
      this.#arrive({ lsn, fromSelf, admitted })
    } catch (thrown) {
      if (!isA(thrown, Inadmissible)) throw thrown
      // A newer code will know it; this one leaves it where it is. It is delivered again after a restart.
      if (thrown.error.code === 'newer_version') this.report(thrown.error)
      else this.#setAside(lsn, thrown.error)
    }
  }

  #arrive(arrival: Arrival): void {
    const { admitted, fromSelf } = arrival
    if (admitted.kind === 'builtin') this.#consume(arrival, (turn) => handle(this, turn, admitted, fromSelf))
    // It was on its way when its timer was replaced or cancelled: it counts for nothing.
    else if (fromSelf && !this.#isInTime(arrival)) this.#consume(arrival, () => {})
    else this.#live.arrived(arrival)
  }

  #isInTime({ admitted: { envelope } }: Arrival): boolean {
    const { timer } = envelope
    return timer === undefined || this.ledger.get(timer_cell, timer.name) === timer.id
  }

  #consume(arrival: Arrival, body: (turn: Turn) => void): void {
    try {
      this.step([arrival], body)
    } catch (thrown) {
      this.#again(thrown, () => this.#consume(arrival, body))
    }
  }

  protected stop(reason: DarqError): void {
    this.#tasks.stop()
    this.#live.detached(reason)
  }

  override query(name: string, body: Uint8Array): Uint8Array {
    const message = this.definition.messages.get(name)
    if (isBuiltinQuery(name) || message?.kind !== 'query') return super.query(name, body)
    const given = body.length === 0 ? undefined : decodePlain(body)
    const { key, asked } = this.definition.darqs === undefined ? { key: this.key, asked: given } : keyed(given)
    const value = this.#live.query(name, key, message.input === undefined ? undefined : check(message.input, asked))
    return value === nothingYet ? nothing : encodeRecordBytes(value)
  }

  get kept(): number {
    return 0
  }
  get hasUnwrittenWork(): boolean {
    return this.#live.hasUnwrittenWork
  }
  get hasPendingWork(): boolean {
    return this.#live.hasPendingWork
  }
  checkHeld(): void {
    throw new DarqError('step_closed', { facts: { expected: 'a participant of handlers: others hold nothing' } })
  }

  get log_bytes_max(): number {
    return this.#attached().log_bytes_max
  }
  get message_bytes_max(): number {
    return this.context.message_bytes_max
  }
  get committed(): Promise<void> {
    return this.#attached().committed
  }

  #attached(): Attached {
    const { attached } = this.stepping
    if (attached === undefined) throw new DarqError('closed')
    return attached
  }

  step(arrivals: readonly Arrival[], body: (turn: Turn) => void): Made {
    const lsns = arrivals.map(({ lsn }) => lsn)
    const at = lsns[0] ?? this.stepping.position
    // Without a message there is state, and so a log.
    if (at === 0) throw new DarqError('step_empty')
    const { receipt } = this.stepping.step(this, at, lsns, (turn) => {
      for (const arrival of arrivals) this.#rung(arrival)
      body(turn)
      if (this.hasPendingWork) keepAwake(this, turn)
    })
    this.#tidySoon()
    return receipt
  }

  /**
   * A log that is full takes no messages, and without messages there would be no steps to move forward what is in its way: so
   * some are made for that alone.
   */
  #tidySoon(): void {
    if (this.#isTidying || !this.ledger.isStretched(this.stepping.position)) return
    this.#isTidying = true
    this.after(0, () => {
      this.#isTidying = false
      this.#tidy()
    })
  }

  #tidy(): void {
    // It may have been done by others since.
    if (!this.ledger.isStretched(this.stepping.position)) return
    try {
      this.step([], () => {})
    } catch (thrown) {
      this.#again(thrown, () => this.#tidy())
    }
  }

  /** Within the step that consumes it. */
  #rung(arrival: Arrival): void {
    const { timer } = arrival.admitted.envelope
    if (timer !== undefined && arrival.fromSelf && this.#isInTime(arrival)) this.ledger.delete(timer_cell, timer.name)
  }

  drop(arrival: Arrival): void {
    this.#consume(arrival, () => {})
  }

  refuse(arrival: Arrival, error: DarqError): void {
    this.#setAside(arrival.lsn, error)
  }

  #setAside(lsn: Lsn, error: DarqError): void {
    const bytes = this.stepping.attached?.read(lsn)
    if (bytes === undefined) return
    const failure = { lsn, bytes, envelope: readable(bytes), error, attempts: 1, worn: false }
    try {
      this.stepping.step(this, lsn, [lsn], (turn) => setAside(this, turn, failure))
      this.#tidySoon()
      this.report(error)
    } catch (thrown) {
      this.#again(thrown, () => this.#setAside(lsn, error))
    }
  }

  #again(thrown: unknown, run: () => void): void {
    if (this.stepping.attached === undefined) return
    this.report(ownError(thrown))
    this.after(backoff_ms(this.definition.retry, 4, this.context.random), run)
  }

  after(wait_ms: number, run: () => void): void {
    if (wait_ms > 0) {
      this.#tasks.add(run, wait_ms)
      return
    }
    this.context.clock.soon(() => {
      if (this.stepping.attached !== undefined) run()
    })
  }
}

/** A query of a family whose keys share DARQs says which one it asks. */
function keyed(given: ReturnType<typeof decodePlain>): {
  readonly key: string
  readonly asked: ReturnType<typeof decodePlain>
} {
  if (isList(given)) {
    const [key, asked] = given
    if (typeof key === 'string') return { key, asked }
  }
  throw new DarqError('bad_frame', { facts: { expected: 'a key, and what is asked' } })
}
