/** The flights job: both sides equal the file. */
import { readFileSync } from 'node:fs'
import { Flights, flights, Totals, totals } from '../../apps/flights.ts'
import { breathe, type Job, must } from './job.ts'

interface Flight {
  readonly date: string
  readonly delay: number
  readonly distance: number
  readonly origin: string
  readonly destination: string
}

const data: readonly Flight[] = JSON.parse(
  readFileSync(new URL('../../../node_modules/vega-datasets/data/flights-5k.json', import.meta.url), 'utf8'),
)

export const flightsJob: Job = {
  hosts: [
    { name: 'tab', participants: [flights] },
    { name: 'edge', participants: [totals] },
  ],
  async drive(world) {
    const receipts = []
    for (let at = 0; at < 1000; at += 1) {
      const flight = data[at]
      if (flight) receipts.push(world.send(Flights.flight(flight)).committed)
      if (at % 20 === 19) await breathe(world)
    }
    await Promise.all(receipts)
  },
  async finally(world) {
    const expected: Record<string, { count: number; sum: number; worst: number }> = {}
    for (const { origin, delay } of data.slice(0, 1000)) {
      const { count, sum, worst } = expected[origin] ?? { count: 0, sum: 0, worst: 0 }
      expected[origin] = { count: count + 1, sum: sum + delay, worst: Math.max(worst, delay) }
    }
    for (const [side, totals] of [
      ['tab', await world.query(Flights.delays(), { grade: 'committed' })],
      ['edge', await world.query(Totals.delays(), { grade: 'committed' })],
    ] as const) {
      for (const [origin, { count, sum, worst }] of Object.entries(expected)) {
        const found = totals[origin]
        must(
          found?.count === count && found.sum === sum && found.worst === worst,
          `${side}: ${origin} is ${JSON.stringify(found)} instead of ${JSON.stringify({ count, sum, worst })}`,
        )
      }
      must(Object.keys(totals).length === Object.keys(expected).length, `${side}: origins that no flight left from`)
    }
  },
  outcome: async (world) => ({
    tab: await world.query(Flights.delays(), { grade: 'committed' }),
    edge: await world.query(Totals.delays(), { grade: 'committed' }),
  }),
}
