/**
 * How a value stands, in a sign and a few words: a grade must be seen without its colour.
 *
 * @module
 */
import type { StandingFacts } from '../standing.ts'
import { count } from './number.ts'

export interface StandingWords {
  readonly how: 'pending' | 'saved' | 'taken-back'
  readonly sign: string
  readonly words: string
}

/** @returns accepted or durable is *pending*, committed is *saved*; for a moment, what was lost is *taken back* */
export function standingInWords({ grade, flights, saved, taken_back }: StandingFacts): StandingWords {
  if (taken_back > 0) return { how: 'taken-back', sign: '↩\ufe0e', words: `${count(taken_back)} taken back` }
  if (grade === 'committed') return { how: 'saved', sign: '✓', words: 'saved' }
  const more = flights - saved
  return { how: 'pending', sign: '◌', words: more > 0 ? `${count(more)} pending` : 'pending' }
}
