/** The stream of late departures, and who hears of its results. The tab and the edge share it. */
import { address, query } from '@darq/runtime'
import * as v from 'valibot'
import { Flight } from '../flights.address.ts'

/** One window of one airport: the mean delay of its late departures, in minutes. */
export const WindowRow = v.object({ key: v.string(), from_ms: v.number(), to_ms: v.number(), value: v.number() })

/** How far the stream has come. */
export const Progress = v.object({
  flights: v.number(),
  /** The newest departure that counted, in milliseconds since 1970: windows close behind it. */
  newest_ms: v.number(),
})

/** In the tab: the stream's source, and the queries of its views. */
export const Departures = address('departures', {
  flight: Flight,
  windows: query(v.array(WindowRow)),
  progress: query(v.array(v.object({ key: v.string(), value: Progress }))),
  dropped: query(v.array(v.object({ key: v.string(), value: v.number() }))),
})

/** Of one airport: results that have come, and their sum in minutes. */
export const Received = v.object({ windows: v.number(), sum: v.number() })

/** At the edge. */
export const Board = address('board', {
  mean: v.object({ airport: v.string(), from_ms: v.number(), mean: v.number() }),
  received: query(v.record(v.string(), Received)),
})

export type WindowRow = v.InferOutput<typeof WindowRow>
export type Progress = v.InferOutput<typeof Progress>
export type Received = v.InferOutput<typeof Received>
