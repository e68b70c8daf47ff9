/**
 * What an object's app works with.
 *
 * @module
 */
import type { Hosted, Participant } from '@darq/runtime'
import type { Answers } from './answers.ts'
import type { Siblings } from './siblings.ts'
import type { WatchSlots } from './watch-slots.ts'

/** What the object lends to each request. */
export interface ObjectBindings {
  /** The DARQ's name. */
  readonly name: string
  readonly participant: Participant
  readonly hosted: Hosted
  readonly answers: Answers
  readonly siblings: Siblings
  readonly watchers: WatchSlots
}
