/**
 * The stream of the examples: how late flights are, by airport and hour; and somebody who writes it down.
 *
 * @module
 */
import { address, type Participant, participant, query, table } from '@darq/runtime'
import { mean, stream, tumbling } from '@darq/runtime/stream'
import * as v from 'valibot'
import { Flights } from './flights.ts'

export { lateness as example } from '../examples/windows.ts'

const Late = v.object({ origin: v.string(), mean: v.number(), from_ms: v.number() })
export const Board = address('board', {
  late: Late,
  count: query(v.number()),
  means: query(v.record(v.string(), v.number())),
})

/** Each hour of each airport may come once. */
export const board = participant(Board, {
  state: { count: 0, means: table(v.number()) },
  on: {
    late: {
      batch: 1_000,
      run(step, all) {
        for (const { origin, mean, from_ms } of all) step.state.means.set(`${origin} ${from_ms}`, mean)
        step.state.count += all.length
      },
    },
    count: (read) => read.state.count,
    means: (read) => Object.fromEntries(read.state.means.entries()),
  },
})

/** As the example, to one board instead of a family of alerts. @param parallel see `keyBy` */
export function lateness(parallel?: number): Participant {
  return stream(Flights.flight)
    .filter((flight) => flight.delay > 15)
    .keyBy((flight) => flight.origin, parallel === undefined ? {} : { parallel })
    .window(tumbling('1 hour', (flight) => Date.parse(flight.date), { allowed: '5 minutes' }))
    .aggregate(mean((flight) => flight.delay))
    .to(({ key, value, from_ms }) => Board.late({ origin: key, mean: value, from_ms }))
}
