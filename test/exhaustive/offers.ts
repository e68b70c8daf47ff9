/**
 * What one host's state offers to happen there, but for frames.
 *
 * @module
 */
import type { Event } from './event.ts'
import type { Observed } from './observed.ts'

export interface OfferedClient {
  readonly event: number
  /** It would be the client's message of that number, from 1 on. */
  readonly nth: number
}

export interface OfferedTimer {
  readonly event: number
  /** A life that was replaced may go on for ever: its timers are not needed. */
  readonly isNeeded: boolean
}

export class Offers {
  /** Tasks, disks, openings. */
  readonly plain: readonly number[]
  readonly clients: readonly OfferedClient[]
  readonly timers: readonly OfferedTimer[]
  /** There is a life that may crash, or be taken over. */
  readonly crashes: readonly number[]
  readonly takeover: number | undefined
  readonly runs: boolean

  constructor({ runs, mayOpen, rows, clients }: Observed, idOf: (event: Event) => number) {
    this.runs = runs
    const plain: number[] = []
    const timers: OfferedTimer[] = []
    for (const [row, life] of rows.entries()) {
      if (life?.task !== undefined) plain.push(idOf({ kind: 'task', row }))
      if (life?.writes !== undefined) plain.push(idOf({ kind: 'disk', row }))
      for (const nth of life?.timers.keys() ?? [])
        timers.push({ event: idOf({ kind: 'timer', row, nth }), isNeeded: row === 0 })
    }
    if (mayOpen) plain.push(idOf({ kind: 'open' }))
    this.plain = plain
    this.timers = timers
    this.clients = clients
      .filter(({ next }) => runs && next !== undefined)
      .map(({ darq, sent }) => ({ event: idOf({ kind: 'client', darq }), nth: sent + 1 }))
    const [present] = rows
    const outcomes = present?.writes === undefined ? [false] : [false, true]
    this.crashes = present ? outcomes.map((isWritten) => idOf({ kind: 'crash', isWritten })) : []
    this.takeover = present && runs ? idOf({ kind: 'takeover' }) : undefined
  }
}
