/**
 * A participant at its DARQ: the processor that runs its handlers, one synchronous step per message or batch.
 *
 * @module
 */
import type { Delivered, Lsn } from '../../engine/types.ts'
import { type DarqError, isA } from '../../error.ts'
import type { Definition } from '../define/definition.ts'
import type { Envelope } from '../wire/envelope.ts'
import { handlerError, isBackpressure, isRefusal, ownError, readable } from '../wire/failure.ts'
import { type Admitted, admit, Inadmissible, isGathered } from './admission.ts'
import { cellReader, stateOf } from './cells.ts'
import { DelayQueue } from './delay-queue.ts'
import { Gathering } from './gathering.ts'
import { HeldBack, handle, handleBatch, keepAwake } from './handling.ts'
import { Holds } from './holds.ts'
import type { ReadCell } from './ledger.ts'
import { LedgerProcessor } from './ledger-processor.ts'
import { ownMessages } from './own.ts'
import { Parking, Pending } from './parking.ts'
import type { ProcessorContext } from './processor-context.ts'
import { backoff_ms } from './retries.ts'
import { setAside } from './set-aside.ts'
import type { Turn } from './turn.ts'

export class ParticipantProcessor extends LedgerProcessor {
  readonly state: object
  readonly own: object
  readonly #retries: DelayQueue<Pending>
  readonly #gathering: Gathering<{ readonly pending: Pending; readonly bodies: readonly unknown[] }>
  readonly #holds = new Holds<Pending>()
  readonly #parking: Parking

  constructor(name: string, definition: Definition, context: ProcessorContext) {
    super(name, definition, context)
    this.state = stateOf(definition, this.ledger)
    this.own = ownMessages(definition, name)
    this.#parking = new Parking(this.ledger)
    this.#retries = new DelayQueue(context.clock, (pending) => this.#again(pending))
    this.#gathering = new Gathering(context.clock)
  }

  protected override get readCell(): ReadCell {
    return cellReader(this.definition)
  }

  protected restored(): void {
    for (const pending of this.#parking.all()) this.#retries.add(pending, 0)
  }

  protected arrived<T>(message: Delivered<T>, admitted: Admitted | undefined): void {
    const { lsn } = message
    if (admitted !== undefined) this.#handle(new Pending(lsn, false), admitted)
    else this.#take(new Pending(lsn, this.isOwn(message)), (decode) => message.read(decode))
  }

  protected override delivered(last: Lsn): void {
    this.#gathering.flush()
    // Those that have made no step may have filled the log.
    this.#park(last)
  }

  protected stop(): void {
    this.#retries.stop()
    this.#gathering.stop()
  }

  get kept(): number {
    return this.#parking.size
  }

  get hasPendingWork(): boolean {
    return this.kept > 0 && this.#retries.size > 0
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
    return pending.parked ? this.#parking.read(pending) : this.stepping.attached?.read(pending.lsn)
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
        this.report(error.error)
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
    const { turn, receipt } = this.stepping.step(this, first.lsn, lsns, (turn) => {
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
    const log_bytes_max = this.stepping.attached?.log_bytes_max ?? 0
    for (;;) {
      const pending = this.#parking.due(end, log_bytes_max)
      if (pending === undefined) return
      try {
        this.#parkOne(pending)
      } catch (thrown) {
        // There will be room again.
        if (isBackpressure(thrown)) return
        this.report(ownError(thrown))
      }
      // It is tried once: what is too large for a cell goes on waiting where it is.
      pending.waits = false
    }
  }

  #parkOne(pending: Pending): void {
    const bytes = this.#read(pending)
    if (bytes === undefined) return
    this.stepping.step(this, pending.lsn, [pending.lsn], (turn) => {
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
    if (this.stepping.attached === undefined) return
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
    this.report(error)
    this.#wait(pending, backoff_ms(retry, pending.attempts, this.context.random))
  }

  /** Another message of the batch may be to blame: it is not counted as an attempt, and nothing is given up yet. */
  #failedInCompany(pending: Pending, thrown: unknown): void {
    if (this.stepping.attached === undefined) return
    this.report(handlerError(thrown))
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
      this.report(error)
    } catch (thrown) {
      if (this.stepping.attached === undefined) return
      this.report(ownError(thrown))
      this.#wait(pending, this.definition.retry.backoff_max_ms)
    }
  }
}
