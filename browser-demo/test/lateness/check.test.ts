import { expect, test } from 'vitest'
import { failuresIn } from '../../check/stream/run.ts'

const window = { key: 'ORD', from_ms: 0, to_ms: 1, value: 40, closedBy: 0 }
const expected = { closed: [window], open: [], dropped: 2 }
const came = { taken: 10, closed: 1, open: 0, dropped: 2, received: { ORD: { windows: 1, sum: 40 } } }

test('what equals the loop has no failure; what was lost or counted twice is told', () => {
  expect(failuresIn(came, expected, 10)).toEqual([])
  expect(failuresIn({ ...came, received: {} }, expected, 10)).toEqual([
    'edge, ORD: expected 1 results, sum 40; got undefined, sum undefined',
  ])
  expect(failuresIn({ ...came, received: { ORD: { windows: 2, sum: 80 } } }, expected, 10)).toHaveLength(1)
  expect(failuresIn({ ...came, taken: 11, dropped: 1 }, expected, 10)).toEqual([
    'tab: expected 10 flights, got 11',
    'tab: expected 2 flights too late, got 1',
  ])
})
