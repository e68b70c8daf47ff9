/**
 * Searches of the web, and where a topic is on the rise: the stream example of DARQ's prototype. Searches for a topic are
 * counted by region and window; a region whose count has grown much from one window to the next has a trend.
 *
 * @module
 */
import { address, type Participant, participant, query, table } from '@darq/runtime'
import { count, stream, tumbling } from '@darq/runtime/stream'
import * as v from 'valibot'

export const Search = v.object({ term: v.string(), region: v.string(), at_ms: v.number() })
export type Search = v.InferOutput<typeof Search>
const Seen = v.object({ key: v.string(), value: v.number() })
const Counted = v.object({ region: v.string(), from_ms: v.number(), count: v.number() })
const Trend = v.object({ region: v.string(), from_ms: v.number(), growth: v.number() })
export type Trend = v.InferOutput<typeof Trend>
const Numbers = v.record(v.string(), v.array(v.number()))

export const Searches = address('searches', { search: Search, seen: query(v.array(Seen)) })
export const Trends = address('trends', {
  counted: Counted,
  rises: Trend,
  counts: query(Numbers),
  growths: query(Numbers),
})

/** Keeps everything that comes: what came twice would be there twice. */
export const trendBoard = participant(Trends, {
  state: { counts: table(v.array(v.number())), growths: table(v.array(v.number())) },
  on: {
    counted: (step, { region, from_ms, count }) =>
      step.state.counts.update(`${region} ${from_ms}`, (all = []) => [...all, count]),
    rises: (step, { region, from_ms, growth }) =>
      step.state.growths.update(`${region} ${from_ms}`, (all = []) => [...all, growth]),
    counts: (read) => thawed(read.state.counts.entries()),
    growths: (read) => thawed(read.state.growths.entries()),
  },
})

export const topic = 'darq'
export const window_ms = 1_000

interface Course {
  readonly last: number
  readonly growth: number
  readonly from_ms: number
}
/** Nothing was counted yet: whatever comes has not grown. */
const start: Course = { last: Number.MAX_SAFE_INTEGER, growth: 0, from_ms: 0 }

/** @returns how the course goes on, with the growth from the window before; 1: it has not changed */
export function next({ last }: Pick<Course, 'last'>, count: number, from_ms: number): Course {
  return { last: count, growth: count / last, from_ms }
}
export const grown = 1.5

/**
 * @param parallel see `keyBy`
 * @param tell the outside world of a trend
 */
export function trends(
  parallel: number | undefined,
  tell: (trend: Trend, key: string) => Promise<void> | void,
): Participant {
  return stream(Searches.search).branch(
    // Whoever feeds it wants to know how far it is.
    (all) =>
      all
        .map(() => 1)
        .keyBy(() => 'searches')
        .fold(0, (seen, one) => seen + one)
        .view(Searches.seen, { by: ({ key }) => key }),
    (all) =>
      all
        .filter(({ term }) => term.includes(topic))
        .keyBy(({ region }) => region, parallel === undefined ? {} : { parallel })
        .window(tumbling(`${window_ms} ms`, ({ at_ms }) => at_ms, { allowed: '6 seconds' }))
        .aggregate(count())
        .branch(
          (counts) => counts.to(({ key, from_ms, value }) => Trends.counted({ region: key, from_ms, count: value })),
          (counts) =>
            counts
              .fold(start, (course, { value, from_ms }) => next(course, value, from_ms))
              .filter(({ value: { growth } }) => growth >= grown)
              .map(({ key, value: { growth, from_ms } }) => ({ region: key, from_ms, growth }))
              .branch(
                (rises) => rises.to((trend) => Trends.rises(trend)),
                (rises) =>
                  rises.effect(async (trend, { key }) => {
                    await tell(trend, key)
                  }),
              ),
        ),
  )
}

function thawed(entries: Iterable<[string, readonly number[]]>): Record<string, number[]> {
  return Object.fromEntries(Array.from(entries, ([place, all]) => [place, [...all]]))
}

/**
 * The same, as plainly as it can be said.
 *
 * @param until_ms windows that begin there are still open
 */
export function byHand(
  searches: readonly Search[],
  until_ms: number,
): {
  readonly counts: ReadonlyMap<string, number>
  readonly growths: ReadonlyMap<string, number>
} {
  const counts = new Map<string, number>()
  const growths = new Map<string, number>()
  const counted = new Map<string, Map<number, number>>()
  for (const { term, region, at_ms } of searches) {
    if (!term.includes(topic) || at_ms >= until_ms) continue
    const windows = counted.get(region) ?? new Map<number, number>()
    const from_ms = Math.floor(at_ms / window_ms) * window_ms
    counted.set(region, windows.set(from_ms, (windows.get(from_ms) ?? 0) + 1))
  }
  for (const [region, windows] of counted) {
    let last = Number.MAX_SAFE_INTEGER
    for (const [from_ms, count] of [...windows].sort(([one], [other]) => one - other)) {
      const { growth } = next({ last }, count, from_ms)
      counts.set(`${region} ${from_ms}`, count)
      if (growth >= grown) growths.set(`${region} ${from_ms}`, growth)
      last = count
    }
  }
  return { counts, growths }
}
