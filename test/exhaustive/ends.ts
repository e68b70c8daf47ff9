/**
 * From every state, an end must be in reach without any more faults (G7).
 *
 * @module
 */

import type { Move } from './chart.ts'
import type { Choice } from './choice.ts'
import type { Found } from './explored.ts'
import type { Situation } from './situation.ts'
import type { StateTable } from './state-table.ts'

/** What a search has come to. */
interface Searched {
  readonly table: StateTable
  readonly situation: Situation
  /** The shortest way to a state. */
  pathTo(row: number): number[]
  /** Puts the situation into that state. */
  read(row: number): void
  move(choice: Choice): Move | undefined
}

/** Looks at all states, the newest first, until no more of them are seen to reach an end. */
export function stuck(search: Searched): Found | undefined {
  const { table, situation } = search
  const reaching = new Uint8Array(table.size)
  const words = new Uint32Array(table.words)
  let lost = table.size
  for (let found = -1; found !== 0; ) {
    found = 0
    for (let row = table.size - 1; row >= 0; row -= 1) {
      if (reaching[row] === 1 || !reaches(row)) continue
      reaching[row] = 1
      found += 1
    }
    lost -= found
  }
  if (lost === 0) return undefined
  return {
    message: 'from here the work is never done, though nothing fails any more',
    path: search.pathTo(reaching.indexOf(0)),
  }

  function reaches(row: number): boolean {
    search.read(row)
    let isEnd = true
    for (const choice of situation.choices()) {
      if (choice.isFault) continue
      if (!isEnd) situation.restore()
      isEnd = false
      situation.apply(choice, search.move(choice))
      situation.write(words)
      if (reaching[table.find(words)] === 1) return true
    }
    return isEnd
  }
}
