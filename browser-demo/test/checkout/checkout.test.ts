import { openHost } from '@darq/runtime'
import { memory } from '@darq/runtime/storage'
import { control } from '@darq/runtime/workflow'
import { expect, test, vi } from 'vitest'
import type { Cashier } from '../../src/checkout/cashier.ts'
import { Checkout, Purchase, Stock, sku } from '../../src/checkout/checkout.address.ts'
import { checkout, stock } from '../../src/checkout/checkout.ts'
import { purchase } from '../../src/checkout/purchase.ts'

const nobody: Cashier = {
  charge: () => Promise.reject(new Error('nobody is there')),
  refund: () => Promise.reject(new Error('nobody is there')),
}

/** Both sides on one host, and a cashier who tells what was asked. */
async function shop(charge: Cashier['charge']) {
  const asked: string[] = []
  const cashier: Cashier = {
    async charge(given, run) {
      asked.push(`charge ${given.cents}`)
      return await charge(given, run)
    },
    async refund(order) {
      asked.push(`refund ${order}`)
      return 0
    },
  }
  const participants = [stock, checkout(cashier), purchase]
  const host = await openHost({ name: 'shop', participants, storage: memory() })
  const order = { sku, count: 2, card: 'good' } as const
  const buying = host.call(Purchase.start('order 1', order))
  await vi.waitFor(async () => expect(await host.query(Checkout.phase('order 1'))).toBe('approving'))
  return { host, buying, asked, shelf: () => host.query(Stock.shelf(sku)), [Symbol.asyncDispose]: () => host.close() }
}

test('an order that is approved is charged, and its slip says so', async () => {
  await using open = await shop(async () => 'receipt 1')
  expect(await open.shelf()).toEqual({ left: 3, held: 2 })
  open.host.send(Purchase.approval('order 1', { granted: true }))
  expect(await open.buying).toEqual({ receipt: 'receipt 1', cents: 900 })
  expect(open.asked).toEqual(['charge 900'])
  expect(await open.host.query(Purchase.slip('order 1'))).toMatchObject({ state: 'bought', bought: { cents: 900 } })
})

test('an order that is refused leaves the shelf as it was, and asks the cashier nothing', async () => {
  await using open = await shop(async () => 'receipt 1')
  open.host.send(Purchase.approval('order 1', { granted: false }))
  await expect(open.buying).rejects.toMatchObject({ code: 'app:not approved' })
  await vi.waitFor(async () => expect(await open.shelf()).toEqual({ left: 5, held: 0 }))
  expect(await open.host.query(Checkout.phase('order 1'))).toBe('undone')
  expect(open.asked).toEqual([])
})

test('one that is cancelled while the card is charged gives back what may have been taken', async () => {
  const charged = Promise.withResolvers<string>()
  await using open = await shop(() => charged.promise)
  open.host.send(Purchase.approval('order 1', { granted: true }))
  await vi.waitFor(() => expect(open.asked).toEqual(['charge 900']))
  open.host.send(control(Checkout).cancel('order 1', 'changed my mind'))
  await expect(open.buying).rejects.toMatchObject({ code: 'cancelled' })
  expect(open.asked).toEqual(['charge 900', 'refund order 1'])
  await vi.waitFor(async () => expect(await open.shelf()).toEqual({ left: 5, held: 0 }))
  charged.resolve('too late')
})

test('one that is cancelled while the shelf is asked holds nothing afterwards', async () => {
  const host = await openHost({ name: 'shop', participants: [stock, checkout(nobody), purchase], storage: memory() })
  await using _ = host
  const buying = host.call(Checkout.start('order 1', { sku, count: 2, card: 'good' }))
  host.send(control(Checkout).cancel('order 1'))
  await expect(buying).rejects.toMatchObject({ code: 'cancelled' })
  const { steps } = await host.query(control(Checkout).describe('order 1'))
  expect(steps[0]).toMatchObject({ what: 'call stock/tea reserve', outcome: 'dropped' })
  // Another order's way to the shelf is the same: what the first one sent there has come when that one is held.
  host.call(Checkout.start('order 2', { sku, count: 1, card: 'good' }))
  await vi.waitFor(async () => expect(await host.query(Checkout.phase('order 2'))).toBe('approving'))
  expect(await host.query(Stock.shelf(sku))).toEqual({ left: 4, held: 1 })
})
