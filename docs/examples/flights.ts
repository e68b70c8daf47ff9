import { participant, table } from '@darq/runtime'
import { mean, stream, tumbling } from '@darq/runtime/stream'
import * as v from 'valibot'
import { Board, Flights } from './flights.address.ts'

/** By airport and hour: how late were those that were late? */
export const lateness = stream(Flights.flight, { idle: '1 minute' })
  .filter((flight) => flight.delay > 15)
  .keyBy((flight) => flight.origin)
  .window(tumbling('1 hour', (flight) => Date.parse(flight.date), { allowed: '5 minutes' }))
  .aggregate(mean((flight) => flight.delay))
  .map(({ key, from_ms, value }) => ({ origin: key, from_ms, mean: value }))
  .branch(
    (hours) => hours.to((hour) => Board.late(hour)),
    (hours) => hours.view(Flights.hours, { rows_max: 100, open: true }),
  )

export const board = participant(Board, {
  state: { airports: table(v.number()) },
  on: {
    late: (step, { origin, mean }) => step.state.airports.update(origin, (worst = 0) => Math.max(worst, mean)),
    airports: (read) => Object.fromEntries(read.state.airports.entries()),
  },
})
