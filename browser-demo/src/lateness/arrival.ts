/**
 * Flights at a pace: what the feeder takes them from.
 *
 * @module
 */

/** Flights a second; `free`: as fast as they are taken. */
export type Pace = number | 'free'

/** @param text the value of the page's select */
export function parsePace(text: string): Pace {
  if (text === 'free') return text
  const perSecond = Number(text)
  if (!(perSecond > 0)) throw new Error(`not a pace: ${text}`)
  return perSecond
}

const tick_ms = 20

export interface ArrivalOptions<F> {
  readonly flights: readonly F[]
  readonly from: number
  readonly pace: () => Pace
  /** Ends it: with an error, so that the feeder does not take it for the end of the flights. */
  readonly signal: AbortSignal
  /** One arrives: its number. */
  readonly arrived: (index: number) => void
}

export async function* arriving<F>({ flights, from, pace, signal, arrived }: ArrivalOptions<F>): AsyncGenerator<F> {
  let credit = 0
  let since_ms = performance.now()
  for (let index = from; index < flights.length; index += 1) {
    for (;;) {
      signal.throwIfAborted()
      const perSecond = pace()
      if (perSecond === 'free') break
      const now_ms = performance.now()
      // A pause, or a long wait for room, is no credit to be spent at once.
      credit += (Math.min(now_ms - since_ms, 5 * tick_ms) / 1_000) * perSecond
      since_ms = now_ms
      if (credit >= 1) break
      await new Promise((resolve) => setTimeout(resolve, tick_ms))
    }
    credit = Math.max(0, credit - 1)
    const flight = flights[index]
    if (flight === undefined) return
    arrived(index)
    yield flight
  }
}
