/**
 * What every processor of a participant shares: state in a ledger that is restored from the log, messages that are handed on as
 * they are delivered, and steps.
 *
 * @module
 */
import type { Attached, Delivered, LiveTimer, Lsn, NonEmpty, Processor } from '../../engine/types.ts'
import type { DarqError } from '../../error.ts'
import type { Definition } from '../define/definition.ts'
import type { Admitted } from './admission.ts'
import { cellVersions } from './cells.ts'
import { Ledger, type ReadCell } from './ledger.ts'
import { isSelf, type ProcessorContext } from './processor-context.ts'
import { ask, repeatedly } from './query.ts'
import { Stepping } from './stepping.ts'
import type { TurnContext } from './turn.ts'

/** A processor that can be asked. */
export interface QueryableProcessor extends Processor {
  readonly position: Lsn | 0
  /** How many messages wait as cells: the DARQ doesn't count them any more. */
  readonly kept: number
  /** The message at `lsn`, which is not delivered yet, was sent by a client and is admitted: it needs no second look. */
  expect(lsn: Lsn, admitted: Admitted): void
  /** Runs a query. @returns the encoded value; empty while there is none yet */
  query(name: string, body: Uint8Array): Uint8Array
  /** A query that is asked often. @returns runs it */
  prepare(name: string, body: Uint8Array): () => Uint8Array
}

/** What a definition brings along, when it isn't run by `ParticipantProcessor`. */
export type MakeProcessor = (darq: string, definition: Definition, context: ProcessorContext) => QueryableProcessor

/** This many admitted messages are remembered until they are delivered; others are admitted again. */
const expected_max = 4_096

export abstract class LedgerProcessor implements QueryableProcessor, TurnContext {
  readonly name: string
  readonly key: string
  readonly definition: Definition
  readonly context: ProcessorContext
  readonly ledger: Ledger
  abstract readonly state: object
  abstract readonly own: object
  protected readonly stepping: Stepping
  readonly #expected = new Map<Lsn, Admitted>()

  constructor(name: string, definition: Definition, context: ProcessorContext) {
    this.name = name
    this.key = definition.key(name)
    this.definition = definition
    this.context = context
    this.ledger = new Ledger(cellVersions(definition))
    this.stepping = new Stepping(this.ledger)
  }

  abstract readonly kept: number
  abstract readonly hasPendingWork: boolean
  abstract checkHeld(): void

  /** The state is there. It is no time for the application's code yet. */
  protected abstract restored(attached: Attached): void
  /** @param admitted when a client has sent it, and it needs no second look */
  protected abstract arrived<T>(message: Delivered<T>, admitted: Admitted | undefined): void
  /** All of a turn have arrived, the last of them at `last`. */
  protected delivered(_last: Lsn): void {}
  /** Nothing more of this processor may happen. */
  protected abstract stop(reason: DarqError): void

  /** How a cell's value is read from the log: by default as it was written. */
  protected get readCell(): ReadCell {
    return (_cell, value) => value
  }

  restore(
    checkpoint: Delivered<'restore'> | undefined,
    self: Iterable<Delivered<'restore'>>,
    timers: Iterable<LiveTimer>,
    attached: Attached,
  ): void {
    this.ledger.fit(attached.log_bytes_max)
    this.ledger.restore(checkpoint, self, this.readCell)
    this.stepping.restore(timers, attached)
    this.restored(attached)
  }

  deliver<T>(messages: NonEmpty<Delivered<T>>): void {
    // First of all: a step for one of them must not move another, which is a timer no more.
    for (const { lsn } of messages) this.stepping.fired(lsn)
    let last = messages[0].lsn
    for (const message of messages) {
      last = message.lsn
      const admitted = this.#expected.get(last)
      if (admitted !== undefined) this.#expected.delete(last)
      this.arrived(message, admitted)
    }
    this.delivered(last)
  }

  expect(lsn: Lsn, admitted: Admitted): void {
    if (this.#expected.size < expected_max) this.#expected.set(lsn, admitted)
  }

  detached(reason: DarqError): void {
    this.stepping.attached = undefined
    this.stop(reason)
  }

  query(name: string, body: Uint8Array): Uint8Array {
    return ask(this, name, body)
  }

  prepare(name: string, body: Uint8Array): () => Uint8Array {
    return repeatedly(this, name, body, () => this.query(name, body))
  }

  get position(): Lsn | 0 {
    return this.stepping.position
  }

  timer(name: string): Lsn | undefined {
    return this.stepping.timer(name)
  }

  report(error: DarqError): void {
    this.context.onError(error, this.name)
  }

  /** Was the message sent by the participant itself? */
  protected isOwn<T>({ from }: Delivered<T>): boolean {
    return isSelf(from, this)
  }
}
