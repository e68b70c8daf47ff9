/**
 * The choices of what happens next at one host, but for frames.
 *
 * @module
 */
import { type Choice, fault, plainly } from './choice.ts'
import type { Event } from './event.ts'
import type { Observed } from './observed.ts'

export interface ClientChoice {
  readonly choice: Choice
  /** It would be the client's message of that number, from 1 on. */
  readonly nth: number
}

export interface TimerChoice {
  /** It rings when nothing else can move. */
  readonly quiet: Choice
  readonly early: Choice
}

export class HostChoices {
  /** Tasks, disks, openings. */
  readonly plain: readonly Choice[]
  readonly clients: readonly ClientChoice[]
  readonly timers: readonly TimerChoice[]
  /** There is a life that may crash, or be taken over. */
  readonly crashes: readonly Choice[]
  readonly takeover: Choice | undefined
  readonly runs: boolean

  constructor(host: number, { runs, mayOpen, rows, clients }: Observed, idOf: (event: Event) => number) {
    this.runs = runs
    const plain: Choice[] = []
    const timers: TimerChoice[] = []
    for (const [row, life] of rows.entries()) {
      if (life?.task !== undefined) plain.push(plainly(host, idOf({ kind: 'task', row })))
      if (life?.writes !== undefined) plain.push(plainly(host, idOf({ kind: 'disk', row })))
      for (const nth of life?.timers.keys() ?? []) {
        const event = idOf({ kind: 'timer', row, nth })
        // A life that was replaced may go on for ever: its timers are not needed.
        timers.push({ quiet: { ...plainly(host, event), isFault: row > 0 }, early: fault(host, event, 'early') })
      }
    }
    if (mayOpen) plain.push(plainly(host, idOf({ kind: 'open' })))
    this.plain = plain
    this.timers = timers
    this.clients = clients
      .filter(({ next }) => runs && next !== undefined)
      .map(({ darq, sent }) => ({ choice: plainly(host, idOf({ kind: 'client', darq })), nth: sent + 1 }))
    const [present] = rows
    const outcomes = present?.writes === undefined ? [false] : [false, true]
    this.crashes = present
      ? outcomes.map((isWritten) => fault(host, idOf({ kind: 'crash', isWritten }), 'crashes'))
      : []
    this.takeover = present && runs ? fault(host, idOf({ kind: 'takeover' }), 'takeovers') : undefined
  }
}
