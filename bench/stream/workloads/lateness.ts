/**
 * How late flights are: filter, key, window, mean. 20,000 real flights of three months, over and over, three months later each
 * time: all of the file's fields stay as they are but for the date.
 *
 * @module
 */
import { address, participant, query } from '@darq/runtime'
import { mean, stream, tumbling } from '@darq/runtime/stream'
import * as v from 'valibot'
import type { Workload } from './workload.ts'

const Flight = v.object({
  date: v.string(),
  delay: v.number(),
  distance: v.number(),
  origin: v.string(),
  destination: v.string(),
})
export type Flight = v.InferOutput<typeof Flight>
const Late = v.object({ origin: v.string(), mean: v.number(), from_ms: v.number() })
const Flights = address('flights', { flight: Flight })
const Board = address('board', { late: Late, count: query(v.number()) })

const board = participant(Board, {
  state: { count: 0 },
  on: {
    late: {
      batch: 1_000,
      run(step, all) {
        step.state.count += all.length
      },
    },
    count: (read) => read.state.count,
  },
})

const lateness = stream(Flights.flight)
  .filter((flight) => flight.delay > 15)
  .keyBy((flight) => flight.origin)
  .window(tumbling('1 hour', (flight) => Date.parse(flight.date), { allowed: '5 minutes' }))
  .aggregate(mean((flight) => flight.delay))
  .to(({ key, value, from_ms }) => Board.late({ origin: key, mean: value, from_ms }))

const day_ms = 86_400_000
/** From the first of January to the end of March: as far apart are the repeats. */
const days_per_repeat = 91

/** @param flights of the file, in its order */
export function latenessOf(flights: readonly Flight[]): Workload<Flight> {
  const start_ms = Date.UTC(2001, 0, 1)
  const days: string[] = []
  const dayNamed = (day: number): string => {
    days[day] ??= new Date(start_ms + day * day_ms).toISOString().slice(0, 10).replaceAll('-', '/')
    return days[day] ?? ''
  }
  const dayOf = flights.map(({ date }) => Math.round((Date.parse(`${date.slice(0, 10)} UTC`) - start_ms) / day_ms))
  const at = (number: number): Flight => {
    const index = number % flights.length
    const flight = flights[index]
    if (flight === undefined) throw new RangeError('there are no flights')
    const day = (dayOf[index] ?? 0) + Math.floor(number / flights.length) * days_per_repeat
    return { ...flight, date: dayNamed(day) + flight.date.slice(10) }
  }
  return {
    name: 'lateness',
    source: lateness,
    sink: board,
    record: Flights.flight,
    count: Board.count,
    records: (from, to) => Array.from({ length: to - from }, (_, index) => at(from + index)),
    last: (to) => ({
      ...at(to - 1),
      delay: 1_000,
      date: `${dayNamed(days_per_repeat * Math.ceil(to / flights.length) + 1)} 00:00`,
    }),
    byHand,
  }
}

const hour_ms = 3_600_000
const allowed_ms = 300_000

function byHand() {
  const windows = new Map<number, Map<string, { count: number; sum: number }>>()
  let watermark_ms = Number.NEGATIVE_INFINITY
  let results = 0
  return {
    get results() {
      return results
    },
    take(text: string) {
      const kept = new Map<string, string | undefined>()
      const touched = new Set<number>()
      for (const flight of v.parse(v.array(Flight), JSON.parse(text))) {
        if (!(flight.delay > 15)) continue
        const time_ms = Date.parse(flight.date)
        const from_ms = Math.floor(time_ms / hour_ms) * hour_ms
        if (from_ms + hour_ms <= watermark_ms) continue
        let window = windows.get(from_ms)
        if (window === undefined) {
          window = new Map()
          windows.set(from_ms, window)
        }
        const total = window.get(flight.origin)
        if (total === undefined) window.set(flight.origin, { count: 1, sum: flight.delay })
        else {
          total.count += 1
          total.sum += flight.delay
        }
        touched.add(from_ms)
        watermark_ms = Math.max(watermark_ms, time_ms - allowed_ms)
      }
      for (const [from_ms, window] of windows) {
        if (from_ms + hour_ms <= watermark_ms) {
          for (const { count, sum } of window.values()) results += Number.isFinite(sum / count) ? 1 : 0
          windows.delete(from_ms)
          kept.set(`window/${from_ms}`, undefined)
        } else if (touched.has(from_ms)) kept.set(`window/${from_ms}`, JSON.stringify([...window]))
      }
      kept.set('watermark', `${watermark_ms} ${results}`)
      return kept
    },
  }
}
