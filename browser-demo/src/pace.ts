/**
 * How fast the producer goes: so many flights a second, in step with the edge, or as fast as it goes.
 *
 * @module
 */

/** Flights that may be sent at once: as many as a step takes. */
export const window_flights = 256

export type Pace = { readonly kind: 'rate'; readonly perSecond: number } | { readonly kind: 'free' | 'step' }

/** @param text the value of the page's select: a number, `free` or `step` */
export function parsePace(text: string): Pace {
  if (text === 'free' || text === 'step') return { kind: text }
  const perSecond = Number(text)
  if (!(perSecond > 0)) throw new Error(`not a pace: ${text}`)
  return { kind: 'rate', perSecond }
}

/** What a pace is decided on. */
export interface PaceFacts {
  /** Milliseconds since flights could last be sent. */
  readonly waited_ms: number
  /** Flights in the file, sent so far, and in the totals of the edge. */
  readonly flights: number
  readonly sent: number
  readonly arrived: number
}

/** In step, the tab stays at most so many windows ahead of the edge: one under way, one gathering behind it. */
const ahead_windows_max = 2
/** In step, the file is cut into so many windows, however small it is: each is a round trip, and a place for a crash. */
const step_windows = 160

/** @returns how many flights may be sent now: 0 to a window */
export function allowance(pace: Pace, { waited_ms, flights, sent, arrived }: PaceFacts): number {
  switch (pace.kind) {
    case 'free':
      return window_flights
    case 'step': {
      const window = Math.min(window_flights, Math.ceil(flights / step_windows))
      return sent - arrived < ahead_windows_max * window ? window : 0
    }
    case 'rate':
      return Math.min(window_flights, Math.floor((waited_ms / 1000) * pace.perSecond))
  }
}
