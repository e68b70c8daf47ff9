/** The shop on the real engine, under crashes, lost messages and failing disks, in virtual time. */
import { simulate } from '@darq/runtime/testing'
import { expect, test } from 'vitest'
import { order } from '../src/order.ts'
import { Order, Stock } from '../src/shop.address.ts'
import { stock } from '../src/stock.ts'

test('a packet is sold, or goes back, and none is lost or sold twice', { timeout: 60_000 }, async () => {
  const report = await simulate({
    hosts: [
      { name: 'tab', participants: [order] },
      { name: 'edge', participants: [stock] },
    ],
    seeds: [1, 20],
    async drive(world) {
      const confirmed = world.call(Order.start('confirmed', {}))
      const forgotten = world.call(Order.start('forgotten', {}))
      await confirmed.receipt.committed
      await forgotten.receipt.committed
      await world.send(Order.answer('confirmed', { confirmed: true })).committed
      expect(await confirmed).toEqual({ sold: true })
      // Nobody answers this one. An hour takes a millisecond.
      await world.advance('2 hours')
      await expect(forgotten).rejects.toMatchObject({ code: 'app:not confirmed' })
    },
    async finally(world) {
      expect(await world.query(Stock.shelf(), { grade: 'committed' })).toEqual({ left: 99, reserved: 0, sold: 1 })
    },
  })
  expect(report.violations.map(({ message, replay }) => `${message}\n${replay}`)).toEqual([])
})
