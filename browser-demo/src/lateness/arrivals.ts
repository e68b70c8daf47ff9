/**
 * The order in which flights are heard of. The file is sorted by departure; word of a flight takes up to four hours, and of a
 * few of them days: those come too late for their window.
 *
 * @module
 */
import { Random } from '../../random.ts'
import type { FlightRecord } from '../delays.ts'
import { day_ms, timeOf } from './late-departure.ts'

const seed = 1
const word_ms_max = 4 * 3_600_000
const stray_share = 0.03

/** @returns the same flights, in the same order each time */
export function inOrderOfArrival<F extends Pick<FlightRecord, 'date'>>(flights: readonly F[]): readonly F[] {
  const random = new Random(seed)
  return flights
    .map((flight) => {
      const isStray = random.next() < stray_share
      const takes_ms = isStray ? day_ms * (1 + 2 * random.next()) : word_ms_max * random.next()
      return { flight, at_ms: timeOf(flight) + takes_ms }
    })
    .sort((one, other) => one.at_ms - other.at_ms)
    .map(({ flight }) => flight)
}
