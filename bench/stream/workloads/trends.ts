/**
 * Where a topic is on the rise: the stream example of DARQ's prototype. One search in two is for the topic; 50 regions.
 *
 * @module
 */
import { address, participant, query } from '@darq/runtime'
import { count, stream, tumbling } from '@darq/runtime/stream'
import * as v from 'valibot'
import { Random } from '../../random.ts'
import type { Workload } from './workload.ts'

const Search = v.object({ term: v.string(), region: v.string(), at_ms: v.number(), agent: v.string() })
type Search = v.InferOutput<typeof Search>
const Trend = v.object({ region: v.string(), from_ms: v.number(), growth: v.number() })
const Searches = address('searches', { search: Search })
const Trends = address('trends', { rises: Trend, count: query(v.number()) })

const board = participant(Trends, {
  state: { count: 0 },
  on: {
    rises: {
      batch: 1_000,
      run(step, all) {
        step.state.count += all.length
      },
    },
    count: (read) => read.state.count,
  },
})

const topic = 'darq'
const window_ms = 10_000
const grown = 1.2
const first = { last: Number.MAX_SAFE_INTEGER, growth: 0, from_ms: 0 }

const trends = stream(Searches.search)
  .filter(({ term }) => term.includes(topic))
  .keyBy(({ region }) => region)
  .window(tumbling(`${window_ms} ms`, ({ at_ms }) => at_ms, { allowed: '1 second' }))
  .aggregate(count())
  .fold(first, ({ last }, { value, from_ms }) => ({ last: value, growth: value / last, from_ms }))
  .filter(({ value: { growth } }) => growth >= grown)
  .to(({ key, value: { growth, from_ms } }) => Trends.rises({ region: key, from_ms, growth }))

const regions_count = 50
/** Records are drawn once; then they come again, later. */
const drawn_count = 100_000
/** Between two searches, on average. */
const apart_ms = 4

export function trendsOf(seed: number): Workload<Search> {
  const random = new Random(seed)
  const chance = (): number => random.below(1_000_000) / 1_000_000
  const drawn = Array.from({ length: drawn_count }, () => ({
    term: chance() < 0.5 ? `what is ${topic}` : 'what is the weather today',
    region: `region ${Math.floor(chance() ** 2 * regions_count)}`,
    /** Somewhat out of order. */
    shift_ms: Math.floor(chance() * 800),
    agent: `browser/${1 + Math.floor(chance() * 9)}.0`,
  }))
  const at = (number: number): Search => {
    const one = drawn[number % drawn_count]
    if (one === undefined) throw new RangeError('nothing was drawn')
    const { term, region, shift_ms, agent } = one
    return { term, region, at_ms: number * apart_ms - shift_ms, agent }
  }
  return {
    name: 'trends',
    source: trends,
    sink: board,
    record: Searches.search,
    count: Trends.count,
    records: (from, to) => Array.from({ length: to - from }, (_, index) => at(from + index)),
    last: (to) => ({ term: topic, region: 'end', at_ms: (to + drawn_count) * apart_ms, agent: '' }),
    byHand,
  }
}

function byHand() {
  const windows = new Map<number, Map<string, number>>()
  const course = new Map<string, number>()
  let watermark_ms = Number.NEGATIVE_INFINITY
  let results = 0
  return {
    get results() {
      return results
    },
    take(text: string) {
      const kept = new Map<string, string | undefined>()
      const touched = new Set<number>()
      for (const { term, region, at_ms } of v.parse(v.array(Search), JSON.parse(text))) {
        if (!term.includes(topic)) continue
        const from_ms = Math.floor(at_ms / window_ms) * window_ms
        if (from_ms + window_ms <= watermark_ms) continue
        const window = windows.get(from_ms) ?? new Map<string, number>()
        windows.set(from_ms, window.set(region, (window.get(region) ?? 0) + 1))
        touched.add(from_ms)
        watermark_ms = Math.max(watermark_ms, at_ms - 1_000)
      }
      for (const [from_ms, window] of [...windows].sort(([one], [other]) => one - other)) {
        if (from_ms + window_ms <= watermark_ms) {
          for (const [region, value] of window) {
            if (value / (course.get(region) ?? Number.MAX_SAFE_INTEGER) >= grown) results += 1
            course.set(region, value)
          }
          windows.delete(from_ms)
          kept.set(`window/${from_ms}`, undefined)
          kept.set('course', JSON.stringify([...course]))
        } else if (touched.has(from_ms)) kept.set(`window/${from_ms}`, JSON.stringify([...window]))
      }
      kept.set('watermark', `${watermark_ms} ${results}`)
      return kept
    },
  }
}
