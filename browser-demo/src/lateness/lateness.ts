/** Late departures, by airport and day: the stream in the tab, and the board at the edge that its results go to. */
import { participant, table } from '@darq/runtime'
import { mean, stream, tumbling } from '@darq/runtime/stream'
import { isLateDeparture, timeOf } from './late-departure.ts'
import { Board, Departures, type Progress, Received } from './lateness.address.ts'

const nothing: Progress = { flights: 0, newest_ms: 0 }
const windows_max = 2_000

export const lateness = stream(Departures.flight).branch(
  (flights) =>
    flights
      .filter(isLateDeparture)
      .keyBy((flight) => flight.origin)
      .window(tumbling('1 day', timeOf, { allowed: '6 hours' }), {
        late: (late) =>
          late
            .keyBy(() => 'all')
            .fold(0, (count) => count + 1)
            .view(Departures.dropped, { by: ({ key }) => key }),
      })
      .aggregate(mean((flight) => flight.delay))
      .branch(
        (means) => means.view(Departures.windows, { open: true, rows_max: windows_max }),
        (means) => means.to(({ key, from_ms, value }) => Board.mean({ airport: key, from_ms, mean: value })),
      ),
  (flights) =>
    flights
      .keyBy(() => 'all')
      .fold(nothing, ({ flights, newest_ms }, flight) => ({
        flights: flights + 1,
        newest_ms: isLateDeparture(flight) ? Math.max(newest_ms, timeOf(flight)) : newest_ms,
      }))
      .view(Departures.progress, { by: ({ key }) => key }),
)

export const board = participant(Board, {
  state: { received: table(Received) },
  on: {
    mean(step, { airport, mean }) {
      step.state.received.update(airport, (before) => ({
        windows: (before?.windows ?? 0) + 1,
        sum: (before?.sum ?? 0) + mean,
      }))
    },
    received: (read) => Object.fromEntries(read.state.received.entries()),
  },
})
