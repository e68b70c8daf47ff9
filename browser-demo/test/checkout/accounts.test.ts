import { expect, test } from 'vitest'
import { type Accounts, failuresIn } from '../../check/checkout/accounts.ts'
import type { BookLine } from '../../src/checkout/cashier.ts'
import type { Slip } from '../../src/checkout/checkout.address.ts'

const order = { sku: 'tea', count: 2, card: 'good' } as const
const bought: Slip = { order, state: 'bought', bought: { receipt: 'receipt', cents: 900 } }
const failed: Slip = { order, state: 'failed', why: { code: 'cancelled', message: 'cancelled' } }
const line: BookLine = {
  ...{ key: 'key 1', what: 'charge', order: 'a', cents: 900, asked: 3, outcome: 'charged', at_ms: 0 },
}
const sound: Accounts = {
  slips: new Map([
    ['a', bought],
    ['b', failed],
  ]),
  book: [line],
  shelf: { left: 3, held: 2 },
  stocked: 5,
}

test('books that agree have no failure', () => {
  expect(failuresIn(sound)).toEqual([])
})

test.each<[string, Partial<Accounts>, string]>([
  ['a second charge', { book: [line, { ...line, key: 'key 2' }] }, 'order a was charged under 2 keys'],
  ['a charge that is missing', { book: [] }, 'order a is to cost €9.00, and the cashier has €0.00'],
  ['a charge for what has failed', { book: [line, { ...line, order: 'b' }] }, 'order b is to cost €0.00'],
  ['a charge that nobody asked for', { book: [line, { ...line, order: 'c' }] }, 'an order c that nobody has made'],
  ['packets that nobody holds', { shelf: { left: 1, held: 4 } }, '4 packets are held, and 2 were sold'],
  ['packets that are gone', { shelf: { left: 2, held: 2 } }, '5 packets came to the shelf, and 2 and 2 are there'],
  ['an order that never ends', { slips: new Map([['a', { ...bought, state: 'ordered' }]]) }, 'order a has not ended'],
])('%s is told', (_what, broken, failure) => {
  expect(failuresIn({ ...sound, ...broken }).join('; ')).toContain(failure)
})
