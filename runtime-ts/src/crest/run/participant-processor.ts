/**
 * A participant at its DARQ: the processor that runs its handlers, one synchronous step per message or batch.
 *
 * @module
 */
import type { Attached, Delivered, LiveTimer, Lsn, NonEmpty, Processor } from '../../engine/types.ts'
import { type DarqError, isA } from '../../error.ts'
import type { Definition } from '../define/definition.ts'
import type { Envelope } from '../wire/envelope.ts'
import { handlerError, isBackpressure, isRefusal, ownError, readable } from '../wire/failure.ts'
import { type Admitted, admit, Inadmissible, isGathered } from './admission.ts'
import { cellReader, cellVersions, stateOf } from './cells.ts'
import { Gathering } from './gathering.ts'
import { HeldBack, handle, handleBatch, keepAwake } from './handling.ts'
import { Holds } from './holds.ts'
import { Ledger } from './ledger.ts'
import { ownMessages } from './own.ts'
import { Parking, Pending } from './parking.ts'
import { isSelf, type ProcessorContext } from './processor-context.ts'
import { ask, repeatedly } from './query.ts'
import { backoff_ms, Retries } from './retries.ts'
import { setAside } from './set-aside.ts'
import { Stepping } from './stepping.ts'
import type { Turn, TurnContext } from './turn.ts'

/** A processor that can be asked. */
export interface QueryableProcessor extends Processor {
  readonly position: Lsn | 0
  /** How many messages wait as cells: the DARQ doesn't count them any more. */
  readonly kept: number
  /** The message at `lsn`, which is not delivered yet, was sent by a client and is admitted: it needs no second look. */
  expect?(lsn: Lsn, admitted: Admitted): void
  /** Runs a query. @returns the encoded value; empty while there is none yet */
  query(name: string, body: Uint8Array): Uint8Array
  /** A query that is asked often. @returns runs it */
  prepare(name: string, body: Uint8Array): () => Uint8Array
}

/** What a definition brings along, when it isn't run by {@link ParticipantProcessor}. */
export type MakeProcessor = (darq: string, definition: Definition, context: ProcessorContext) => QueryableProcessor

/** So many admitted messages are remembered until they are delivered; others are admitted again. */
const expected_max = 4_096

export class ParticipantProcessor implements QueryableProcessor, TurnContext {
  readonly name: string
  readonly key: string
  readonly definition: Definition
  readonly ledger: Ledger
  readonly state: object
  readonly own: object
  readonly context: ProcessorContext
  readonly #stepping: Stepping
  readonly #retries: Retries<Pending>
  readonly #gathering: Gathering<{ readonly pending: Pending; readonly bodies: readonly unknown[] }>
  readonly #holds = new Holds<Pending>()
  readonly #parking: Parking
  readonly #expected = new Map<Lsn, Admitted>()

  constructor(name: string, definition: Definition, context: ProcessorContext) {
    this.name = name
    this.key = definition.key(name)
    this.definition = definition
    this.context = context
    this.ledger = new Ledger(cellVersions(definition))
    this.state = stateOf(definition, this.ledger)
    this.own = ownMessages(definition, name)
    this.#stepping = new Stepping(this.ledger)
    this.#parking = new Parking(this.ledger)
    this.#retries = new Retries(context.clock, (pending) => this.#again(pending))
    this.#gathering = new Gathering(context.clock)
  }

  restore(
    checkpoint: Delivered<'restore'> | undefined,
    self: Iterable<Delivered<'restore'>>,
    timers: Iterable<LiveTimer>,
    attached: Attached,
  ): void {
    this.ledger.fit(attached.log_bytes_max)
    this.ledger.restore(checkpoint, self, cellReader(this.definition))
    this.#stepping.restore(timers, attached)
    for (const pending of this.#parking.all()) this.#retries.add(pending, 0)
  }

  deliver<T>(messages: NonEmpty<Delivered<T>>): void {
    // First of all: a step for one of them must not move another, which is a timer no more.
    for (const { lsn } of messages) this.#stepping.fired(lsn)
    let last = messages[0].lsn
    for (const message of messages) {
      last = message.lsn
      const admitted = this.#expected.get(last)
      if (admitted !== undefined) {
        this.#expected.delete(last)
        this.#handle(new Pending(last, false), admitted)
      } else this.#take(new Pending(last, isSelf(message.from, this)), (decode) => message.read(decode))
    }
    this.#gathering.flush()
    // Those that have made no step may have filled the log.
    this.#park(last)
  }

  expect(lsn: Lsn, admitted: Admitted): void {
    if (this.#expected.size < expected_max) this.#expected.set(lsn, admitted)
  }

  detached(): void {
    this.#stepping.attached = undefined
    this.#retries.stop()
    this.#gathering.stop()
  }

  query(name: string, body: Uint8Array): Uint8Array {
    return ask(this, name, body)
  }

  prepare(name: string, body: Uint8Array): () => Uint8Array {
    return repeatedly(this, name, body, () => this.query(name, body))
  }

  get kept(): number {
    return this.#parking.size
  }

  get isRestless(): boolean {
    return this.kept > 0 && this.#retries.size > 0
  }

  get position(): Lsn | 0 {
    return this.#stepping.position
  }

  timer(name: string): Lsn | undefined {
    return this.#stepping.timer(name)
  }

  checkHeld(): void {
    this.#holds.check()
  }

  #again(pending: Pending): void {
    pending.waits = false
    const bytes = this.#read(pending)
    if (bytes === undefined) return
    this.#take(pending, (decode) => decode(bytes))
    this.#gathering.flush()
  }

  #read(pending: Pending): Uint8Array | undefined {
    return pending.parked ? this.#parking.read(pending) : this.#stepping.attached?.read(pending.lsn)
  }

  /** It stays where it is, for a while or until the next restart. */
  #wait(pending: Pending, wait_ms?: number): void {
    this.#parking.wait(pending)
    if (wait_ms !== undefined) this.#retries.add(pending, wait_ms)
  }

  #take(pending: Pending, read: <R>(decode: (bytes: Uint8Array) => R) => R): void {
    let admitted: Admitted
    try {
      admitted = read((bytes) => admit(this.definition, bytes, pending.fromSelf, this.context.knows))
    } catch (error) {
      if (!isA(error, Inadmissible)) throw error
      // A newer code will know it; this one leaves it where it is. It is delivered again after a restart.
      if (error.error.code !== 'newer_version') this.#giveUp(pending, error.error, error.envelope)
      else {
        this.#report(error.error)
        this.#wait(pending)
      }
      return
    }
    this.#handle(pending, admitted)
  }

  #handle(pending: Pending, admitted: Admitted): void {
    try {
      if (admitted.kind === 'batch' && !pending.alone && isGathered(admitted)) this.#gather(pending, admitted)
      else this.#step([pending], (turn) => handle(this, turn, admitted, pending.fromSelf))
    } catch (error) {
      this.#failed(pending, error, admitted.envelope)
    }
  }

  #gather(pending: Pending, { batch, bodies, envelope }: Admitted & { kind: 'batch' }): void {
    const group = `${envelope.name}\n${batch.by === undefined ? '' : batch.by(bodies[0])}`
    this.#gathering.add(group, { pending, bodies }, bodies.length, batch.batch, batch.wait_ms, (items) => {
      const bodies = items.length === 1 ? (items[0]?.bodies ?? []) : items.flatMap((item) => item.bodies)
      try {
        this.#step(
          items.map((item) => item.pending),
          (turn) => handleBatch(turn, batch.run, bodies),
        )
      } catch (error) {
        for (const { pending } of items) {
          if (!isBackpressure(error)) pending.alone = true
          if (items.length > 1 && !isA(error, HeldBack)) this.#failedInCompany(pending, error)
          else this.#failed(pending, error, undefined)
        }
      }
    })
  }

  /** @throws what the handler or the DARQ has thrown; nothing happened then */
  #step(messages: readonly Pending[], body: (turn: Turn) => void): void {
    const [first] = messages
    if (first === undefined) return
    const lsns: Lsn[] = []
    for (const { parked, lsn } of messages) if (!parked) lsns.push(lsn)
    const { turn, receipt } = this.#stepping.step(this, first.lsn, lsns, (turn) => {
      for (const pending of messages) this.#parking.leave(pending)
      body(turn)
    })
    // In a wake-up of their own: a released message may release others in turn.
    for (const key of turn.released) for (const pending of this.#holds.release(key)) this.#retries.add(pending, 0)
    this.#park(receipt.completion)
  }

  /**
   * What waits and pins too much of a log that ends at `end` is parked: in steps of their own, so that none of the
   * application's can fail because of it; and all of it, because a full log brings no other occasion.
   */
  #park(end: Lsn): void {
    const log_bytes_max = this.#stepping.attached?.log_bytes_max ?? 0
    for (;;) {
      const pending = this.#parking.due(end, log_bytes_max)
      if (pending === undefined) return
      try {
        this.#parkOne(pending)
      } catch (thrown) {
        // There will be room again.
        if (isBackpressure(thrown)) return
        this.#report(ownError(thrown))
      }
      // It is tried once: what is too large for a cell goes on waiting where it is.
      pending.waits = false
    }
  }

  #parkOne(pending: Pending): void {
    const bytes = this.#read(pending)
    if (bytes === undefined) return
    this.#stepping.step(this, pending.lsn, [pending.lsn], (turn) => {
      this.#parking.park(pending, bytes)
      if (this.#retries.size > 0) keepAwake(this, turn)
    })
    pending.parked = true
  }

  #failed(pending: Pending, thrown: unknown, envelope: Envelope | undefined): void {
    if (isA(thrown, HeldBack)) {
      this.#holds.add(thrown.key, pending)
      this.#wait(pending)
      return
    }
    if (this.#stepping.attached === undefined) return
    const { retry } = this.definition
    const error = handlerError(thrown)
    if (isBackpressure(thrown)) {
      this.#wait(pending, backoff_ms(retry, 1, this.context.random))
      return
    }
    pending.attempts += 1
    if (isRefusal(error) || pending.attempts >= retry.attempts_max) {
      this.#giveUp(pending, error, envelope)
      return
    }
    this.#report(error)
    this.#wait(pending, backoff_ms(retry, pending.attempts, this.context.random))
  }

  /** Another message of the batch may be to blame: it is not counted as an attempt, and nothing is given up yet. */
  #failedInCompany(pending: Pending, thrown: unknown): void {
    if (this.#stepping.attached === undefined) return
    this.#report(handlerError(thrown))
    this.#wait(pending, backoff_ms(this.definition.retry, 1, this.context.random))
  }

  #giveUp(pending: Pending, error: DarqError, known: Envelope | undefined): void {
    const { lsn, attempts } = pending
    const bytes = this.#read(pending)
    if (bytes === undefined) return
    const worn = attempts >= this.definition.retry.attempts_max && !isRefusal(error)
    const failure = { lsn, bytes, envelope: known ?? readable(bytes), error, attempts, worn }
    try {
      this.#step([pending], (turn) => setAside(this, turn, failure))
      this.#report(error)
    } catch (thrown) {
      if (this.#stepping.attached === undefined) return
      this.#report(ownError(thrown))
      this.#wait(pending, this.definition.retry.backoff_max_ms)
    }
  }

  #report(error: DarqError): void {
    this.context.onError(error, this.name)
  }
}
