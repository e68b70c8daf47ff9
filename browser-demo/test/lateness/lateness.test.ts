import { readFile } from 'node:fs/promises'
import { openHost } from '@darq/runtime'
import { memory } from '@darq/runtime/storage'
import { feed } from '@darq/runtime/stream'
import { expect, test, vi } from 'vitest'
import type { FlightRecord } from '../../src/delays.ts'
import { inOrderOfArrival } from '../../src/lateness/arrivals.ts'
import { expectedOf, receivedOf } from '../../src/lateness/expected.ts'
import { Board, Departures } from '../../src/lateness/lateness.address.ts'
import { board, lateness } from '../../src/lateness/lateness.ts'
import { dataFile } from '../data-file.ts'

const flights: readonly FlightRecord[] = JSON.parse(await readFile(dataFile('flights-5k.json'), 'utf8'))
const arrivals = inOrderOfArrival(flights)
const expected = expectedOf(arrivals)

test('the stream and the board come to what a plain loop over the flights comes to', async () => {
  await using host = await openHost({ name: 'both', participants: [lateness, board], storage: memory() })
  const fed = await feed(host, Departures.flight, arrivals, { batch: 64 })
  expect(fed).toEqual({ records: 5_000, skipped: 0 })
  const rows = expected.closed.map(({ closedBy: _, ...row }) => row)
  await vi.waitFor(async () => expect(await host.query(Board.received())).toEqual(receivedOf(expected.closed)))
  expect(await host.query(Departures.windows())).toEqual([...rows, ...expected.open])
  expect(await host.query(Departures.dropped())).toEqual([{ key: 'all', value: expected.dropped }])
  const [progress] = await host.query(Departures.progress())
  expect(progress?.value.flights).toBe(5_000)
})

test('some flights come too late, most windows close, and the last ones stay open', () => {
  expect(expected.dropped).toBeGreaterThan(3)
  expect(expected.closed.length).toBeGreaterThan(250)
  expect(expected.open.length).toBeGreaterThan(0)
})

test('the order of arrival is the same each time, and holds every flight', () => {
  expect(inOrderOfArrival(flights)).toEqual(arrivals)
  expect(new Set(arrivals)).toEqual(new Set(flights))
  expect(arrivals).not.toEqual(flights)
})
