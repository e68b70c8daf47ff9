/**
 * The steps that a session has taken at its DARQ, each once, whatever comes twice.
 *
 * @module
 */
import type { Attached, Lsn, NonEmpty, StepReceipt } from '../engine/types.ts'
import { DarqError, fromFacts, toFacts } from '../error.ts'
import type { AcceptedMessage, Reference, RejectedMessage, StepMessage } from './protocol-message.ts'

export type StepAnswer = AcceptedMessage | RejectedMessage

interface Answered {
  readonly answer: StepAnswer
  /** The frame that carries the answer; 0 until it is said. */
  frame: number
}

export class TakenSteps {
  #last = 0
  /** Answers that the processor may not have heard: a later step may still refer to them. */
  readonly #answers = new Map<number, Answered>()
  /** Completion of the newest step; 0 without one. */
  newest: Lsn | 0 = 0

  /**
   * @returns the answer; undefined if the step was taken before and its answer was heard
   * @throws {DarqError} `bad_frame` when steps were left out. What the DARQ refuses is an answer, not an error.
   */
  take(message: StepMessage, attached: Attached): StepAnswer | undefined {
    if (message.step <= this.#last) return this.#answers.get(message.step)?.answer
    if (message.step !== this.#last + 1)
      throw new DarqError('bad_frame', { facts: { expected: `step ${this.#last + 1}`, got: message.step } })
    this.#last = message.step
    const answer = this.#try(message, attached)
    this.#answers.set(message.step, { answer, frame: 0 })
    return answer
  }

  answered(step: number, frame: number): void {
    const answered = this.#answers.get(step)
    if (answered) answered.frame = frame
  }

  /** The processor has heard every frame up to this one. What it says from now on names records by their LSNs. */
  forget(known: number): void {
    for (const [step, { frame }] of this.#answers) {
      if (frame === 0 || frame > known) return
      this.#answers.delete(step)
    }
  }

  #try(message: StepMessage, attached: Attached): StepAnswer {
    try {
      const receipt = this.#step(message, attached)
      const { completion, remembered, sent, checkpoint } = receipt
      this.newest = completion
      return { type: 'accepted', step: message.step, completion, remembered, sent, checkpoint }
    } catch (error) {
      return { type: 'rejected', step: message.step, error: toFacts(error) }
    }
  }

  #step({ consume, send, remember, checkpoint }: StepMessage, attached: Attached): StepReceipt {
    const [first, ...rest] = consume.map((reference) => this.#resolve(reference))
    if (first === undefined) throw new DarqError('step_empty')
    const lsns: NonEmpty<Lsn> = [first, ...rest]
    return attached.step({ consume: lsns, send, remember, ...(checkpoint && { checkpoint }) })
  }

  #resolve(reference: Reference): Lsn {
    if (typeof reference === 'number') return reference
    const { step, part, index } = reference
    const answer = this.#answers.get(step)?.answer
    const lsn = answer?.type === 'accepted' ? answer[part][index] : undefined
    if (lsn !== undefined) return lsn
    const cause = answer?.type === 'rejected' ? { cause: fromFacts(answer.error) } : {}
    throw new DarqError('conflict', {
      ...cause,
      facts: {
        expected: `${part} ${index} of step ${step}`,
        got: answer === undefined ? 'no such step' : answer.type === 'rejected' ? 'it was refused' : 'no such record',
      },
    })
  }
}
