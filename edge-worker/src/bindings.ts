/**
 * What an object's app works with.
 *
 * @module
 */
import type { Hosted, Participant } from '@darq/runtime'
import type { Answers } from './answers.ts'
import type { Seats } from './seats.ts'
import type { Siblings } from './siblings.ts'

/** What the object lends to each request. */
export interface ObjectBindings {
  /** The DARQ's name. */
  readonly name: string
  readonly participant: Participant
  readonly hosted: Hosted
  readonly answers: Answers
  readonly siblings: Siblings
  readonly watchers: Seats
}
