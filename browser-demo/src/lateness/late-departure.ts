/**
 * What counts as a late departure, and when it was.
 *
 * @module
 */
import type { FlightRecord } from '../delays.ts'

/** The twelve busiest airports of the file: the rows of the map. */
export const airports: readonly string[] = [
  ...['DFW', 'ORD', 'ATL', 'LAX', 'PHX', 'STL'],
  ...['LAS', 'DTW', 'MSP', 'DEN', 'CLT', 'EWR'],
]

const late_minutes = 15
export const day_ms = 86_400_000
/** How far a flight may lie behind the newest before it, and still count. */
export const allowed_ms = 6 * 3_600_000

export function isLateDeparture({ delay, origin }: Pick<FlightRecord, 'delay' | 'origin'>): boolean {
  return delay > late_minutes && airports.includes(origin)
}

/** @returns milliseconds since 1970, as if all clocks were one: `2001/01/10 18:20` */
export function timeOf({ date }: Pick<FlightRecord, 'date'>): number {
  return Date.parse(`${date.replaceAll('/', '-').replace(' ', 'T')}:00Z`)
}
