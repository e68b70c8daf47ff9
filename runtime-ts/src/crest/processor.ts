/**
 * A participant at its DARQ: the processor that runs its handlers, one synchronous step per message or batch.
 *
 * @module
 */
import type { Attached, Delivered, LiveTimer, Lsn, NonEmpty, Processor } from '../engine/types.ts'
import type { DarqError } from '../error.ts'
import { type Admitted, admit, Inadmissible } from './admission.ts'
import { cellReader, cellVersions, stateOf } from './cells.ts'
import type { Definition } from './definition.ts'
import type { Envelope } from './envelope.ts'
import { asDarqError, isBackpressure, isRefusal, readable } from './failure.ts'
import { Gathering } from './gathering.ts'
import { HeldBack, handle, handleBatch } from './handling.ts'
import { Holds } from './holds.ts'
import { Ledger } from './ledger.ts'
import { ownMessages } from './own.ts'
import { ask } from './query.ts'
import { backoff_ms, Retries } from './retries.ts'
import { setAside } from './set-aside.ts'
import { Stepping } from './stepping.ts'
import type { Surroundings } from './surroundings.ts'
import type { Site, Turn } from './turn.ts'

/** A processor that can be asked. */
export interface Inhabitant extends Processor {
  readonly position: Lsn | 0
  /** How many of the DARQ's unconsumed records are state and timers, not messages. */
  readonly records: number
  /** Runs a query. @returns the encoded value */
  query(name: string, body: Uint8Array): Uint8Array
}

/** A message that was delivered and is not consumed. */
interface Pending {
  readonly lsn: Lsn
  readonly fromSelf: boolean
  attempts: number
  /** Not to be gathered in a batch again: it may be to blame for one that failed. */
  alone: boolean
}

export class ParticipantProcessor implements Inhabitant, Site {
  readonly name: string
  readonly key: string
  readonly definition: Definition
  readonly ledger: Ledger
  readonly state: object
  readonly own: object
  readonly surroundings: Surroundings
  readonly #stepping: Stepping
  readonly #retries: Retries<Pending>
  readonly #gathering: Gathering<{ readonly pending: Pending; readonly body: unknown }>
  readonly #holds = new Holds<Pending>()

  constructor(name: string, definition: Definition, surroundings: Surroundings) {
    this.name = name
    this.key = definition.key(name)
    this.definition = definition
    this.surroundings = surroundings
    this.ledger = new Ledger(cellVersions(definition))
    this.state = stateOf(definition, this.ledger)
    this.own = ownMessages(definition, name)
    this.#stepping = new Stepping(this.ledger)
    this.#retries = new Retries(surroundings.clock, (pending) => this.#again(pending))
    this.#gathering = new Gathering(surroundings.clock)
  }

  restore(
    checkpoint: Delivered<'restore'> | undefined,
    self: Iterable<Delivered<'restore'>>,
    timers: Iterable<LiveTimer>,
    attached: Attached,
  ): void {
    this.ledger.restore(checkpoint, self, cellReader(this.definition))
    this.#stepping.restore(timers, attached)
  }

  deliver<T>(messages: NonEmpty<Delivered<T>>): void {
    for (const message of messages) {
      const pending = { lsn: message.lsn, fromSelf: this.#isSelf(message.from), attempts: 0, alone: false }
      this.#take(pending, (decode) => message.read(decode))
    }
    this.#gathering.flush()
  }

  detached(): void {
    this.#stepping.attached = undefined
    this.#retries.stop()
    this.#gathering.stop()
  }

  query(name: string, body: Uint8Array): Uint8Array {
    return ask(this, name, body)
  }

  get records(): number {
    return this.#stepping.records
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

  /** `from` is `host#generation/darq`; a DARQ's name may hold slashes, a host's doesn't. */
  #isSelf(from: string): boolean {
    const slash = from.indexOf('/')
    return from.slice(slash + 1) === this.name && from.startsWith(`${this.surroundings.host}#`)
  }

  #again(pending: Pending): void {
    const bytes = this.#stepping.attached?.read(pending.lsn)
    if (bytes === undefined) return
    this.#take(pending, (decode) => decode(bytes))
    this.#gathering.flush()
  }

  #take(pending: Pending, read: <R>(decode: (bytes: Uint8Array) => R) => R): void {
    let admitted: Admitted
    try {
      admitted = read((bytes) => admit(this.definition, bytes, pending.fromSelf, this.surroundings.knows))
    } catch (error) {
      if (!(error instanceof Inadmissible)) throw error
      // A newer code will know it; this one leaves it where it is. It is delivered again after a restart.
      if (error.error.code === 'newer_version') this.#report(error.error)
      else this.#giveUp(pending, error.error, error.envelope)
      return
    }
    try {
      if (admitted.kind === 'batch' && !pending.alone) this.#gather(pending, admitted)
      else this.#step([pending.lsn], (turn) => handle(this, turn, admitted, pending.fromSelf))
    } catch (error) {
      this.#failed(pending, error, admitted.envelope)
    }
  }

  #gather(pending: Pending, { batch, body, envelope }: Admitted & { kind: 'batch' }): void {
    const group = `${envelope.name}\n${batch.by === undefined ? '' : batch.by(body)}`
    this.#gathering.add(group, { pending, body }, batch.batch, batch.wait_ms, (items) => {
      const [first, ...rest] = items.map((item) => item.pending.lsn)
      if (first === undefined) return
      try {
        const bodies = items.map((item) => item.body)
        this.#step([first, ...rest], (turn) => handleBatch(turn, batch.run, bodies))
      } catch (error) {
        for (const item of items) {
          if (!isBackpressure(error)) item.pending.alone = true
          this.#failed(item.pending, error, undefined)
        }
      }
    })
  }

  /** @throws what the handler or the DARQ has thrown; nothing happened then */
  #step(lsns: NonEmpty<Lsn>, body: (turn: Turn) => void): void {
    const { turn } = this.#stepping.step(this, lsns[0], lsns, body)
    // In a wake-up of their own: a released message may release others in turn.
    for (const key of turn.released) for (const pending of this.#holds.release(key)) this.#retries.add(pending, 0)
  }

  #failed(pending: Pending, thrown: unknown, envelope: Envelope | undefined): void {
    if (thrown instanceof HeldBack) {
      this.#holds.add(thrown.key, pending)
      return
    }
    if (this.#stepping.attached === undefined) return
    const { retry } = this.definition
    const error = asDarqError(thrown)
    if (isBackpressure(thrown)) {
      this.#retries.add(pending, backoff_ms(retry, 1, this.surroundings.random))
      return
    }
    pending.attempts += 1
    if (isRefusal(error) || pending.attempts >= retry.attempts_max) {
      this.#giveUp(pending, error, envelope)
      return
    }
    this.#report(error)
    this.#retries.add(pending, backoff_ms(retry, pending.attempts, this.surroundings.random))
  }

  #giveUp(pending: Pending, error: DarqError, known: Envelope | undefined): void {
    const { lsn, attempts } = pending
    const bytes = this.#stepping.attached?.read(lsn)
    if (bytes === undefined) return
    const worn = attempts >= this.definition.retry.attempts_max && !isRefusal(error)
    const failure = { lsn, bytes, envelope: known ?? readable(bytes), error, attempts, worn }
    try {
      this.#step([lsn], (turn) => setAside(this, turn, failure))
      this.#report(error)
    } catch (thrown) {
      if (this.#stepping.attached === undefined) return
      this.#report(asDarqError(thrown))
      this.#retries.add(pending, this.definition.retry.backoff_max_ms)
    }
  }

  #report(error: DarqError): void {
    this.surroundings.onError(error, this.name)
  }
}
