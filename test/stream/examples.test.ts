/** @module The stream of the examples over real flights: what it comes to is what a loop comes to. */
import { readFileSync } from 'node:fs'
import { address, openHost, participant, query, table } from '@darq/runtime'
import { memory } from '@darq/runtime/storage'
import { feed } from '@darq/runtime/stream'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { Flights } from '../examples/flights.address.ts'
import { lateness } from '../examples/windows.ts'

interface Flight {
  readonly date: string
  readonly delay: number
  readonly distance: number
  readonly origin: string
  readonly destination: string
}
const flights: readonly Flight[] = JSON.parse(
  readFileSync(new URL('../../node_modules/vega-datasets/data/flights-5k.json', import.meta.url), 'utf8'),
)
const hour_ms = 3_600_000

/** The family that the example sends to, as somebody else would make it. */
const Alerts = address('alerts/*', {
  late: v.object({ mean: v.number(), from_ms: v.number() }),
  all: query(v.record(v.string(), v.number())),
})
const alerts = participant(Alerts, {
  state: { means: table(v.number()) },
  on: {
    late: (step, { mean, from_ms }) => step.state.means.set(`${from_ms}`, mean),
    all: (read) => Object.fromEntries(read.state.means.entries()),
  },
})

test('the mean delay of the late flights of each airport and hour', async () => {
  await using host = await openHost({ name: 'host', participants: [lateness, alerts], storage: memory() })
  // It is not quite in order of time.
  const ordered = flights.toSorted((one, other) => Date.parse(one.date) - Date.parse(other.date))
  const last = ordered.at(-1)
  if (last === undefined) expect.unreachable()
  const end = { ...last, delay: 100, date: '2002/01/01 00:00' }
  await feed(host, Flights.flight, [...ordered, end])
  const expected = new Map<string, Map<number, number[]>>()
  for (const { origin, date, delay } of ordered) {
    if (delay <= 15) continue
    const hours = expected.get(origin) ?? new Map<number, number[]>()
    const from_ms = Math.floor(Date.parse(date) / hour_ms) * hour_ms
    expected.set(origin, hours.set(from_ms, [...(hours.get(from_ms) ?? []), delay]))
  }
  expect(expected.size).toBeGreaterThan(50)
  for (const [origin, hours] of expected) {
    const means = [...hours].map(([from_ms, delays]) => [`${from_ms}`, delays.reduce((a, b) => a + b) / delays.length])
    for await (const view of host.watch(Alerts.all(origin))) {
      if (view.grade !== 'committed' || Object.keys(view.value).length < means.length) continue
      expect(view.value).toEqual(Object.fromEntries(means))
      break
    }
  }
})
