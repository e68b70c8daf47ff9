/**
 * The one line that says how it stands. It is announced to screen readers, so it changes seldom: at each tenth.
 *
 * @module
 */
import type { FlightsDemo } from '../snapshot.ts'
import { count } from './number.ts'

export interface Verdict {
  readonly tone: 'calm' | 'busy' | 'good' | 'bad'
  readonly text: string
}

/** @param differences asked for only when both sides have counted every flight */
export function verdictOf(demo: FlightsDemo, differences: () => readonly string[]): Verdict {
  const { phase, flights, tab, edge } = demo
  if (demo.failure !== undefined) return { tone: 'bad', text: `The job was refused: ${demo.failure}` }
  if (edge.flights > flights || tab.flights > flights)
    return {
      tone: 'bad',
      text: 'There are more flights here than in the file: another browser has sent its own, or one side was wiped. Start over.',
    }
  if (tab.flights === flights && edge.flights === flights) return comparison(demo, differences())
  const tenth = (value: number) => `${Math.floor((10 * value) / Math.max(1, flights)) * 10} %`
  const far = `${tenth(tab.flights)} of the flights are summed up here, ${tenth(edge.flights)} at the edge.`
  switch (phase) {
    case 'opening':
      return { tone: 'calm', text: 'Opening: the worker reads its log …' }
    case 'ready':
      return { tone: 'calm', text: `Ready: ${count(flights)} flights in the file. ${far}` }
    case 'paused':
      return { tone: 'calm', text: `Paused. ${far}` }
    case 'done':
      return { tone: 'busy', text: `Every flight is committed here; the edge catches up. ${far}` }
    default:
      return { tone: 'busy', text: `Running. ${far}` }
  }
}

function comparison({ flights, tab, edge }: FlightsDemo, differences: readonly string[]): Verdict {
  const [first] = differences
  if (first !== undefined)
    return { tone: 'bad', text: `Not equal to the file in ${differences.length} places; the first: ${first}` }
  const origins = count(Object.keys(edge.delays).length)
  const sure = tab.grade === 'committed' && edge.grade === 'committed'
  const text = `Both sides equal the file: ${count(flights)} flights from ${origins} origins, each counted once.`
  return sure
    ? { tone: 'good', text }
    : { tone: 'busy', text: 'Both sides equal the file; the last step is being committed.' }
}
