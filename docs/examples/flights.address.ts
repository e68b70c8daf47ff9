import { address, query } from '@darq/runtime'
import * as v from 'valibot'

const Flight = v.object({ date: v.string(), delay: v.number(), origin: v.string() })
const Late = v.object({ origin: v.string(), from_ms: v.number(), mean: v.number() })

export const Flights = address('flights', { flight: Flight, hours: query(v.array(Late)) })
export const Board = address('board', { late: Late, airports: query(v.record(v.string(), v.number())) })
