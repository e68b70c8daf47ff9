/**
 * The examples of the documentation, run as they stand.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { openHost } from '@darq/runtime'
import { memory } from '@darq/runtime/storage'
import { expect, test } from 'vitest'
import { Flights, Totals } from './flights.address.ts'
import { flights, totals } from './flights.ts'

interface Flight {
  readonly date: string
  readonly delay: number
  readonly distance: number
  readonly origin: string
  readonly destination: string
}

const file = new URL('../../node_modules/vega-datasets/data/flights-20k.json', import.meta.url)
const all: readonly Flight[] = JSON.parse(readFileSync(file, 'utf8'))

function totalsOf(rows: readonly Flight[]): Record<string, { count: number; sum: number; worst: number }> {
  const totals: Record<string, { count: number; sum: number; worst: number }> = {}
  for (const { origin, delay } of rows) {
    const old = totals[origin]
    totals[origin] = old
      ? { count: old.count + 1, sum: old.sum + delay, worst: Math.max(old.worst, delay) }
      : { count: 1, sum: delay, worst: Math.max(0, delay) }
  }
  return totals
}

test('twenty thousand flights, both participants on one host, give the totals of the file', async () => {
  await using host = await openHost({ name: 'flights', participants: [flights, totals], storage: memory() })
  const receipts = all.map((flight) => host.send(Flights.flight(flight)))
  await Promise.all(receipts.map((receipt) => receipt.committed))
  const expected = totalsOf(all)
  for await (const { grade, ...view } of host.watch(Totals.delays())) {
    if (grade !== 'committed' || !('value' in view)) continue
    const counted = Object.values(view.value).reduce((sum, { count }) => sum + count, 0)
    if (counted === all.length) break
  }
  expect(await host.query(Flights.delays(), { grade: 'committed' })).toEqual(expected)
  expect(await host.query(Totals.delays(), { grade: 'committed' })).toEqual(expected)
  expect(await host.inspect('flights').pending()).toBe(0)
  expect(await host.inspect('totals').pending()).toBe(0)
})

test('the first example runs', async () => {
  await import('./first.ts')
})
