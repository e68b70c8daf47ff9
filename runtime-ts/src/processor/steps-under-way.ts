/**
 * The steps of one incarnation, from `step()` to committed.
 *
 * @module
 */
import type { Lsn } from '../engine/types.ts'
import { DarqError, fromFacts } from '../error.ts'
import type { Marks } from './arrived.ts'
import type { AcceptedMessage, RejectedMessage, StepMessage } from './protocol-message.ts'
import type { RemoteStepRecord } from './remote-types.ts'
import { referenceTo, WritingStep } from './writing.ts'

const encoder = new TextEncoder()
const bytesOf = (payload: Uint8Array | string) => (typeof payload === 'string' ? encoder.encode(payload) : payload)

export interface StepLimits {
  /** Steps that are not answered. Default 1,024. */
  readonly steps_max: number
  /** Their payload bytes. Default 4 MiB. */
  readonly steps_bytes_max: number
}

export class StepsUnderWay {
  /** How far the DARQ's log has come. */
  marks: Marks
  readonly #limits: StepLimits
  /** @throws {DarqError} `too_large` */
  readonly #send: (message: StepMessage) => void
  #last = 0
  readonly #unanswered = new Map<number, { readonly step: WritingStep; readonly bytes: number }>()
  #unanswered_bytes = 0
  /** Accepted, in order of completion. */
  readonly #accepted: Record<keyof Marks, WritingStep[]> = { durable: [], committed: [] }
  #answered: (() => void)[] = []
  #over: DarqError | undefined

  constructor(marks: Marks, limits: StepLimits, send: (message: StepMessage) => void) {
    this.marks = marks
    this.#limits = limits
    this.#send = send
  }

  get unanswered(): number {
    return this.#unanswered.size
  }

  answered(): Promise<void> {
    return this.#unanswered.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#answered.push(resolve))
  }

  step(record: RemoteStepRecord): WritingStep {
    const step = new WritingStep(this, this.#last + 1, record)
    try {
      this.#admit()
      const message = this.#message(step.number, record)
      const bytes = [...message.remember, ...message.send.map((out) => out.bytes), message.checkpoint ?? []]
        .map(({ length }) => length)
        .reduce((sum, length) => sum + length, 0)
      this.#send(message)
      this.#last = step.number
      this.#unanswered.set(step.number, { step, bytes })
      this.#unanswered_bytes += bytes
      return step
    } catch (error) {
      return step.fail(error instanceof DarqError ? error : new DarqError('too_large', { cause: error }))
    }
  }

  #admit(): void {
    if (this.#over) throw this.#over
    const { steps_max, steps_bytes_max } = this.#limits
    if (this.#unanswered.size < steps_max && this.#unanswered_bytes < steps_bytes_max) return
    throw new DarqError('backpressure', {
      facts: {
        expected: `fewer than ${steps_max} steps and ${steps_bytes_max} bytes unanswered`,
        got: this.unanswered,
      },
    })
  }

  #message(step: number, { consume, send = [], remember = [], checkpoint }: RemoteStepRecord): StepMessage {
    if (consume.length === 0) throw new DarqError('step_empty')
    return {
      type: 'step',
      step,
      consume: consume.map((consumed) => referenceTo(consumed, this)),
      send: send.map((out) => ({ ...out, bytes: bytesOf(out.bytes) })),
      remember: remember.map(bytesOf),
      checkpoint: checkpoint === undefined ? undefined : bytesOf(checkpoint),
    }
  }

  /** @throws {DarqError} `bad_frame` for an answer to no step */
  answer(message: AcceptedMessage | RejectedMessage): void {
    const found = this.#unanswered.get(message.step)
    if (found === undefined)
      throw new DarqError('bad_frame', { facts: { expected: 'an answer to a step', got: message.step } })
    const { step, bytes } = found
    this.#unanswered.delete(message.step)
    this.#unanswered_bytes -= bytes
    if (message.type === 'rejected') step.fail(fromFacts(message.error))
    else this.#accept(step, message)
    if (this.#unanswered.size > 0) return
    const waiting = this.#answered
    this.#answered = []
    for (const resolve of waiting) resolve()
  }

  #accept(step: WritingStep, { completion, remembered, sent, checkpoint }: AcceptedMessage): void {
    step.accept({ completion, remembered, sent, checkpoint })
    this.#accepted.durable.push(step)
    this.#accepted.committed.push(step)
    this.#harden()
  }

  grade(marks: Marks): void {
    this.marks = marks
    this.#harden()
  }

  #harden(): void {
    for (const grade of ['durable', 'committed'] as const) {
      const steps = this.#accepted[grade]
      const mark: Lsn = this.marks[grade]
      let hard = 0
      for (const step of steps) {
        if (step.answer === undefined || step.answer.completion >= mark) break
        step.harden(grade)
        hard += 1
      }
      if (hard > 0) steps.splice(0, hard)
    }
  }

  /** The incarnation is over: what is not known now will not be known here. */
  end(reason: DarqError): void {
    if (this.#over) return
    this.#over = reason
    for (const { step } of this.#unanswered.values()) step.fail(reason)
    for (const steps of Object.values(this.#accepted)) for (const step of steps) step.fail(reason)
    this.#unanswered.clear()
    for (const resolve of this.#answered) resolve()
  }
}
