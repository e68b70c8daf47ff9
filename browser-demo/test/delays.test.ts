import { expect, test } from 'vitest'
import { delaysOf, differences, flightsIn } from '../src/delays.ts'

const flight = (origin: string, delay: number) => ({
  date: '2001/01/01',
  delay,
  distance: 1,
  origin,
  destination: 'SFO',
})
const flights = [flight('SEA', 5), flight('LAX', -3), flight('SEA', 7), flight('SEA', -2)]

test('delays are counted, added up, and the worst is kept', () => {
  expect(delaysOf(flights)).toEqual({ SEA: { count: 3, sum: 10, worst: 7 }, LAX: { count: 1, sum: -3, worst: 0 } })
  expect(flightsIn(delaysOf(flights))).toBe(4)
})

test('equal sums have no differences, in whatever order they come', () => {
  expect(differences(delaysOf(flights), delaysOf(flights.toReversed()))).toEqual([])
})

test.each([
  ['a flight lost', flights.slice(1)],
  ['a flight counted twice', [...flights, flight('SEA', 5)]],
  ['a delay changed', [...flights.slice(0, 3), flight('SEA', -1)]],
  ['an origin that is not in the file', [...flights.slice(0, 3), flight('BOS', -2)]],
])('%s is a difference', (_what, got) => {
  expect(differences(delaysOf(flights), delaysOf(got))).not.toEqual([])
})
