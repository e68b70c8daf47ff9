/**
 * A receipt in the making: a step on its way to an answer and its grades.
 *
 * @module
 */
import type { Lsn } from '../engine/types.ts'
import { DarqError } from '../error.ts'
import type { Reference } from './protocol-message.ts'
import type { RemoteReceipt, RemoteStepRecord, StepAccepted, Written } from './remote-types.ts'

/** A promise that nobody has to look at. */
class Outcome<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: DarqError) => void

  constructor() {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    promise.catch(() => {})
    this.promise = promise
    this.resolve = resolve
    this.reject = reject
  }
}

export class Writing implements Written {
  readonly step: WritingStep
  readonly part: 'remembered' | 'sent'
  readonly index: number

  constructor(step: WritingStep, part: 'remembered' | 'sent', index: number) {
    this.step = step
    this.part = part
    this.index = index
  }

  get lsn(): Lsn | undefined {
    return this.step.answer?.[this.part][this.index]
  }
}

export class WritingStep implements RemoteReceipt {
  /** Of the incarnation that makes the step: an LSN means another record in another life of the host. */
  readonly incarnation: object
  /** 1, 2, 3, …; 0 for a step that was refused before it was sent. */
  readonly number: number
  readonly remembered: readonly Writing[]
  readonly sent: readonly Writing[]
  answer: StepAccepted | undefined
  refusal: DarqError | undefined
  readonly #accepted = new Outcome<StepAccepted>()
  readonly #durable = new Outcome<void>()
  readonly #committed = new Outcome<void>()

  constructor(incarnation: object, number: number, { remember = [], send = [] }: RemoteStepRecord) {
    this.incarnation = incarnation
    this.number = number
    this.remembered = remember.map((_, index) => new Writing(this, 'remembered', index))
    this.sent = send.map((_, index) => new Writing(this, 'sent', index))
  }

  get accepted(): Promise<StepAccepted> {
    return this.#accepted.promise
  }
  get durable(): Promise<void> {
    return this.#durable.promise
  }
  get committed(): Promise<void> {
    return this.#committed.promise
  }

  accept(answer: StepAccepted): void {
    this.answer = answer
    this.#accepted.resolve(answer)
  }
  harden(grade: 'durable' | 'committed'): void {
    if (grade === 'durable') this.#durable.resolve()
    else this.#committed.resolve()
  }
  /** For what is settled, nothing changes. */
  fail(error: DarqError): this {
    this.refusal ??= error
    this.#accepted.reject(error)
    this.#durable.reject(error)
    this.#committed.reject(error)
    return this
  }
}

/** @throws {DarqError} `conflict` for a record that will never be, or is another incarnation's */
export function referenceTo(consumed: Lsn | Written, incarnation: object): Reference {
  if (typeof consumed === 'number') return consumed
  if (!(consumed instanceof Writing) || consumed.step.incarnation !== incarnation)
    throw conflict('a record that this incarnation writes', 'one of another')
  const { lsn, step, part, index } = consumed
  if (lsn !== undefined) return lsn
  if (step.refusal)
    throw conflict('a record of a step that happens', `one of a step that was refused: ${step.refusal.code}`)
  return { step: step.number, part, index }
}

const conflict = (expected: string, got: string): DarqError => new DarqError('conflict', { facts: { expected, got } })
