/**
 * What the stream must come to: a plain loop over the flights in the order in which they arrive, with a `Map`.
 *
 * @module
 */
import type { FlightRecord } from '../delays.ts'
import { allowed_ms, day_ms, isLateDeparture, timeOf } from './late-departure.ts'
import type { Received, WindowRow } from './lateness.address.ts'

export interface ClosedWindow extends WindowRow {
  /** Which flight has closed it, counted from 0. */
  readonly closedBy: number
}

export interface Expected {
  /** In the order in which they close. */
  readonly closed: readonly ClosedWindow[]
  /** Those that nothing has closed at the end. */
  readonly open: readonly WindowRow[]
  /** Late departures that came after their window. */
  readonly dropped: number
}

interface Pane {
  readonly key: string
  readonly from_ms: number
  sum: number
  count: number
}

export function expectedOf(arrivals: readonly FlightRecord[]): Expected {
  const open = new Map<string, Pane>()
  const closed: ClosedWindow[] = []
  let dropped = 0
  let watermark_ms = Number.NEGATIVE_INFINITY
  for (const [index, flight] of arrivals.entries()) {
    if (!isLateDeparture(flight)) continue
    const time_ms = timeOf(flight)
    const from_ms = Math.floor(time_ms / day_ms) * day_ms
    if (from_ms + day_ms <= watermark_ms) {
      dropped += 1
      continue
    }
    add(open, flight, from_ms)
    watermark_ms = Math.max(watermark_ms, time_ms - allowed_ms)
    const over = [...open.values()].filter((pane) => pane.from_ms + day_ms <= watermark_ms)
    for (const pane of over.sort(inOrder)) {
      closed.push({ ...rowOf(pane), closedBy: index })
      open.delete(`${pane.from_ms} ${pane.key}`)
    }
  }
  return { closed, open: [...open.values()].sort(inOrder).map(rowOf), dropped }
}

/** What the board must have when all windows that close have closed. */
export function receivedOf(closed: readonly WindowRow[]): Readonly<Record<string, Received>> {
  const received: Record<string, Received> = {}
  for (const { key, value } of closed) {
    const { windows, sum } = received[key] ?? { windows: 0, sum: 0 }
    received[key] = { windows: windows + 1, sum: sum + value }
  }
  return received
}

function add(open: Map<string, Pane>, { origin, delay }: FlightRecord, from_ms: number): void {
  const name = `${from_ms} ${origin}`
  const pane = open.get(name) ?? { key: origin, from_ms, sum: 0, count: 0 }
  pane.sum += delay
  pane.count += 1
  open.set(name, pane)
}

function rowOf({ key, from_ms, sum, count }: Pane): WindowRow {
  return { key, from_ms, to_ms: from_ms + day_ms, value: sum / count }
}

function inOrder(one: Pane, other: Pane): number {
  return one.from_ms - other.from_ms || (one.key < other.key ? -1 : 1)
}
