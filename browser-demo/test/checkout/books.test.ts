import { expect, test } from 'vitest'
import { asked, charges, disagreements, takenIn } from '../../src/checkout/books.ts'
import type { BookLine } from '../../src/checkout/cashier.ts'

const line = (more: Partial<BookLine>): BookLine => ({
  ...{ key: 'key 1', what: 'charge', order: 'order 1', cents: 900, asked: 1, outcome: 'charged', at_ms: 0 },
  ...more,
})
const bought = { state: 'bought', bought: { receipt: 'receipt', cents: 900 } } as const

test('a key that was asked for thrice is charged once', () => {
  const book = [line({ asked: 3 })]
  expect([asked(book), charges(book), takenIn(book)]).toEqual([3, 1, 900])
  expect(disagreements(new Map([['order 1', bought]]), book)).toEqual([])
})

test('an order that was charged twice, or not at all, is told', () => {
  const slips = new Map([['order 1', bought]])
  expect(disagreements(slips, [line({}), line({ key: 'key 2' })])).toEqual([
    'order order 1 is to cost €9.00, and the cashier has €18.00',
  ])
  expect(disagreements(slips, [])).toHaveLength(1)
})

test('an order that has failed costs nothing: what was taken must have been given back', () => {
  const slips = new Map([['order 1', { state: 'failed' } as const]])
  expect(disagreements(slips, [line({})])).toHaveLength(1)
  const refund = line({ key: 'key 2', what: 'refund', outcome: 'refunded' })
  expect(disagreements(slips, [line({}), refund])).toEqual([])
})

test('an order under way is not judged', () => {
  expect(disagreements(new Map([['order 1', { state: 'ordered' } as const]]), [line({})])).toEqual([])
})
