import { expect, test } from 'vitest'
import { differencesOf } from '../../src/lateness/differences.ts'
import { expectedOf, receivedOf } from '../../src/lateness/expected.ts'

const flight = (date: string, delay = 20, origin = 'ORD') => ({ date, delay, origin, distance: 1, destination: 'LAX' })
const arrivals = [
  flight('2001/01/01 10:00', 20),
  flight('2001/01/01 12:00', 40),
  flight('2001/01/01 13:00', 10), // on time enough
  flight('2001/01/01 13:00', 90, 'XYZ'), // not one of the airports
  flight('2001/01/02 05:59'),
  flight('2001/01/01 23:00', 60), // late, and in time
  flight('2001/01/02 06:00'), // closes the first day
  flight('2001/01/01 23:00', 99), // too late
]

test('a window closes with what has come until a departure six hours behind its end', () => {
  const day = Date.UTC(2001, 0, 1)
  const next = Date.UTC(2001, 0, 2)
  expect(expectedOf(arrivals)).toEqual({
    closed: [{ key: 'ORD', from_ms: day, to_ms: next, value: 40, closedBy: 6 }],
    open: [{ key: 'ORD', from_ms: next, to_ms: next + (next - day), value: 20 }],
    dropped: 1,
  })
})

test('what came is held against it, on both sides', () => {
  const expected = expectedOf(arrivals)
  const windows = [...expected.closed, ...expected.open]
  const received = receivedOf(expected.closed)
  expect(received).toEqual({ ORD: { windows: 1, sum: 40 } })
  expect(differencesOf(expected, { windows, received, dropped: 1 })).toEqual([])
  const [first] = windows
  const twice = { ORD: { windows: 2, sum: 80 } }
  const other = first === undefined ? [] : [{ ...first, value: 41 }]
  expect(differencesOf(expected, { windows: other, received: twice, dropped: 0 })).toEqual([
    'tab, ORD 2001-01-01: expected 40, got 41',
    'tab, ORD 2001-01-02: expected 20, got undefined',
    'tab: expected 2 windows, got 1',
    'tab: expected 1 too late, got 0',
    'edge, ORD: expected 1 results, sum 40; got 2, sum 80',
  ])
})
