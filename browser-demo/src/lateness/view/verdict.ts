/**
 * The one line that says how the stream stands. It is announced to screen readers, so it changes seldom: at each tenth.
 *
 * @module
 */

import { count } from '../../view/number.ts'
import type { Verdict } from '../../view/verdict.ts'
import type { LatenessDemoFacts } from '../snapshot.ts'

type Facts = Pick<
  LatenessDemoFacts,
  'phase' | 'flights' | 'taken' | 'closed' | 'open' | 'results' | 'dropped' | 'windowsAre' | 'resultsAre' | 'failure'
>

/**
 * @param results_due results that the edge must come to
 * @param differences asked for only when both sides have all of it
 */
export function verdictOf(facts: Facts, results_due: number, differences: () => readonly string[]): Verdict {
  const { phase, flights, taken, results, failure } = facts
  if (failure !== undefined) return { tone: 'bad', text: `The stream was refused: ${failure}` }
  if (taken > flights || results > results_due)
    return { tone: 'bad', text: 'There is more here than in the file: another browser has sent its own. Start over.' }
  if (taken === flights && results === results_due) return comparison(facts, differences())
  const far = `${Math.floor((10 * taken) / Math.max(1, flights)) * 10} % of the flights have come.`
  switch (phase) {
    case 'opening':
      return { tone: 'calm', text: 'Opening: the worker reads its log …' }
    case 'ready':
      return { tone: 'calm', text: `Ready: ${count(flights)} flights. ${far}` }
    case 'paused':
      return { tone: 'calm', text: `Paused. ${far}` }
    case 'done':
      return { tone: 'busy', text: 'Every flight has come; the edge catches up.' }
    default:
      return { tone: 'busy', text: `Running. ${far}` }
  }
}

function comparison({ closed, open, dropped, windowsAre, resultsAre }: Facts, differences: readonly string[]): Verdict {
  const [first] = differences
  if (first !== undefined)
    return {
      tone: 'bad',
      text: `Not what a loop over the file gives, in ${differences.length} places; the first: ${first}`,
    }
  const text = `Both sides equal a plain loop over the file: ${count(closed)} windows closed once each, ${count(open)} still open, ${count(dropped)} flights too late.`
  return windowsAre === 'saved' && resultsAre === 'saved'
    ? { tone: 'good', text }
    : { tone: 'busy', text: 'Both sides equal a plain loop over the file; the last step is being committed.' }
}
