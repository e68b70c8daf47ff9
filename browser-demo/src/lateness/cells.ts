/**
 * The windows of the tab's view as cells of a map: each one open or closed; saved, pending or taken back.
 *
 * @module
 */
import type { FollowedFacts, How } from '../followed.ts'
import { allowed_ms } from './late-departure.ts'
import type { Received, WindowRow } from './lateness.address.ts'

export interface Cell extends WindowRow {
  /** A closed one is saved when its result is, at the edge; an open one when it is, in the tab. */
  readonly how: How
  readonly isOpen: boolean
}

type ByAirport = Readonly<Record<string, Received>>

export interface CellFacts {
  /** As the tab shows them. */
  readonly windows: Pick<FollowedFacts<readonly WindowRow[]>, 'value' | 'saved' | 'lost'>
  /** As the edge has them. */
  readonly received: Pick<FollowedFacts<ByAirport>, 'value' | 'saved' | 'lost'>
  /** The newest departure that counted: a window is open as long as that doesn't lie far enough behind its end. */
  readonly newest_ms: number
  /** Which of its airport's results a window's is, from 0: they come in order. Missing for a window that never closes. */
  readonly place: (name: string) => number | undefined
}

/** @returns the cells by their names; one that was shown and is there no more is among them, as taken back */
export function cellsOf({ windows, received, newest_ms, place }: CellFacts): ReadonlyMap<string, Cell> {
  const { value = [], saved = [], lost = [] } = windows
  const safe = new Map(saved.map((row) => [nameOf(row), row.value]))
  const cells = new Map<string, Cell>()
  const isOpen = ({ to_ms }: WindowRow) => to_ms > newest_ms - allowed_ms
  const atEdge = (results: ByAirport | undefined, row: WindowRow) =>
    (place(nameOf(row)) ?? Number.POSITIVE_INFINITY) < (results?.[row.key]?.windows ?? 0)
  const howOf = (row: WindowRow): How => {
    const isSafe = safe.get(nameOf(row)) === row.value
    if (isOpen(row)) return isSafe ? 'saved' : 'pending'
    if (isSafe && atEdge(received.saved, row)) return 'saved'
    return atEdge(received.lost, row) && !atEdge(received.value, row) ? 'taken-back' : 'pending'
  }
  for (const row of lost) cells.set(nameOf(row), { ...row, how: 'taken-back', isOpen: isOpen(row) })
  for (const row of value) cells.set(nameOf(row), { ...row, how: howOf(row), isOpen: isOpen(row) })
  return cells
}

export function nameOf({ key, from_ms }: Pick<WindowRow, 'key' | 'from_ms'>): string {
  return `${key} ${from_ms}`
}
