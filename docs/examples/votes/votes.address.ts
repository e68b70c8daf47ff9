import { address, query } from '@darq/runtime'
import * as v from 'valibot'

const Vote = v.object({ choice: v.string() })
const Counts = v.record(v.string(), v.number())

export const Ballot = address('ballot', { vote: Vote, mine: query(Counts) })
export const Tally = address('tally', { add: Vote, counts: query(Counts) })
