/**
 * Delays per origin: computed directly from the flights, and compared.
 *
 * @module
 */

export interface FlightRecord {
  readonly date: string
  /** Minutes; negative when it left early. */
  readonly delay: number
  readonly distance: number
  readonly origin: string
  readonly destination: string
}

/** Of one origin: how many flights, their delays added up, the worst; in minutes. */
export interface Delay {
  readonly count: number
  readonly sum: number
  readonly worst: number
}

export type DelaysByOrigin = Readonly<Record<string, Delay>>

/**
 * The totals, straight from the flights: what both sides must come to. A batch's worst delay counts from 0, as it does in
 * `flights.ts`, so that an origin whose flights all left early has a worst delay of 0.
 */
export function delaysOf(flights: readonly FlightRecord[]): DelaysByOrigin {
  const delays = new Map<string, Delay>()
  for (const { origin, delay } of flights) {
    const { count, sum, worst } = delays.get(origin) ?? { count: 0, sum: 0, worst: 0 }
    delays.set(origin, { count: count + 1, sum: sum + delay, worst: Math.max(worst, delay) })
  }
  return Object.fromEntries(delays)
}

export function flightsIn(delays: DelaysByOrigin): number {
  return Object.values(delays).reduce((sum, { count }) => sum + count, 0)
}

export function meanOf({ count, sum }: Delay): number {
  return count === 0 ? 0 : sum / count
}

/** One sentence for each origin in which `got` differs from `expected`; none when they are equal. */
export function differences(expected: DelaysByOrigin, got: DelaysByOrigin): string[] {
  const origins = [...new Set([...Object.keys(expected), ...Object.keys(got)])].sort()
  return origins
    .filter((origin) => !sameDelay(expected[origin], got[origin]))
    .map((origin) => `${origin}: expected ${describe(expected[origin])}, got ${describe(got[origin])}`)
}

function sameDelay(a: Delay | undefined, b: Delay | undefined): boolean {
  return a?.count === b?.count && a?.sum === b?.sum && a?.worst === b?.worst
}

function describe(delay: Delay | undefined): string {
  return delay === undefined ? 'nothing' : `${delay.count} flights, sum ${delay.sum}, worst ${delay.worst}`
}
