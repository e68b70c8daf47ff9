import { address, query } from '@darq/runtime'
import * as v from 'valibot'

export const Flight = v.object({
  date: v.string(),
  delay: v.number(),
  distance: v.number(),
  origin: v.string(),
  destination: v.string(),
})
export const Delay = v.object({ count: v.number(), sum: v.number(), worst: v.number() })
export const Delays = v.record(v.string(), Delay)

export const Flights = address('flights', { flight: Flight, delays: query(Delays) })
export const Totals = address('totals', { add: Delays, delays: query(Delays) })
