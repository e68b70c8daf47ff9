import { address, call, DarqError } from '@darq/runtime'
import { control, instances, workflow } from '@darq/runtime/workflow'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { Checkout, checkout, Stock, stock } from '../apps/checkout.ts'
import { quiet } from '../crest/virtual-clock.ts'
import { World } from '../crest/world.ts'

const order = { sku: 'tea', count: 2, card: 'tok_1' }
const day_ms = 86_400_000

class Ledger {
  readonly charged = new Map<string, number>()
  asked = 0
  failures = 0
  async charge(key: string, card: string, cents: number): Promise<string> {
    this.asked += 1
    if (this.failures > 0) {
      this.failures -= 1
      throw new Error('the line is busy')
    }
    if (card === 'stolen') throw new DarqError('app:card refused')
    this.charged.set(key, cents)
    return `receipt of ${cents}`
  }
}

test('a checkout runs to its end: it reserves, waits for approval, charges', async () => {
  await using world = new World()
  const ledger = new Ledger()
  const host = await world.open({ participants: [stock, checkout(ledger)] })
  await host.send(Stock.fill('tea', { count: 5 })).committed
  const buying = host.call(Checkout.start('order-1', order))
  await buying.receipt.committed
  await quiet()
  expect(await host.query(Checkout.phase('order-1'))).toBe('approving')
  expect(await host.query(Stock.left('tea'))).toBe(3)
  await host.send(Checkout.approval('order-1', { granted: true })).committed
  expect(await buying).toEqual({ receipt: 'receipt of 500' })
  expect(await host.query(Checkout.phase('order-1'))).toBe('done')
  expect(ledger.asked).toBe(1)
  const found = []
  for await (const { id, status } of instances(host, Checkout)) found.push({ id, status })
  expect(found).toEqual([{ id: 'order-1', status: 'done' }])
  const { steps } = await host.query(control(Checkout).describe('order-1'))
  expect(steps.map(({ what, outcome }) => `${what}: ${outcome}`)).toEqual([
    'call stock/tea reserve: ok',
    'receive approval: ok',
    'message approval: ok',
    'effect charge card: ok',
  ])
})

test('without approval in two days what was done is undone, and the caller hears why', async () => {
  await using world = new World()
  const host = await world.open({ participants: [stock, checkout(new Ledger())] })
  await host.send(Stock.fill('tea', { count: 5 })).committed
  const buying = host.call(Checkout.start('order-1', order))
  await buying.receipt.committed
  await world.clock.advance(2 * day_ms + 1_000)
  await expect(buying).rejects.toMatchObject({ code: 'app:not approved' })
  expect(await host.query(Stock.left('tea'))).toBe(5)
})

test('after a restart an instance goes on where it was, and does nothing twice', async () => {
  await using world = new World()
  const ledger = new Ledger()
  const first = await world.open({ participants: [stock, checkout(ledger)] })
  await first.send(Stock.fill('tea', { count: 5 })).committed
  await first.call(Checkout.start('order-1', order)).receipt.committed
  await quiet()
  expect(await first.query(Checkout.phase('order-1'), { grade: 'committed' })).toBe('approving')
  await first.close()
  const second = await world.open({ participants: [stock, checkout(ledger)] })
  expect(await second.query(Checkout.phase('order-1'))).toBe('approving')
  await second.send(Checkout.approval('order-1', { granted: true })).committed
  expect(await second.call(Checkout.start('order-1', order))).toEqual({ receipt: 'receipt of 500' })
  expect(await second.query(Stock.left('tea'))).toBe(3)
  expect(ledger.asked).toBe(1)
})

test('an effect that fails is tried again with the same key; one that is refused is not', async () => {
  await using world = new World()
  const ledger = new Ledger()
  ledger.failures = 3
  const host = await world.open({ participants: [stock, checkout(ledger)] })
  await host.send(Stock.fill('tea', { count: 5 })).committed
  const buying = host.call(Checkout.start('order-1', order))
  host.send(Checkout.approval('order-1', { granted: true }))
  await buying.receipt.committed
  await world.clock.advance(10_000)
  expect(await buying).toEqual({ receipt: 'receipt of 500' })
  expect(ledger.asked).toBe(4)
  const stolen = host.call(Checkout.start('order-2', { ...order, card: 'stolen' }))
  host.send(Checkout.approval('order-2', { granted: true }))
  await expect(stolen).rejects.toMatchObject({ code: 'app:card refused' })
  expect(ledger.asked).toBe(5)
  expect(await host.query(Stock.left('tea'))).toBe(3)
})

test('a second start under the same key is the same instance; with another input it is refused', async () => {
  await using world = new World()
  const host = await world.open({ participants: [stock, checkout(new Ledger())] })
  await host.send(Stock.fill('tea', { count: 5 })).committed
  const one = host.call(Checkout.start('order-1', order))
  const two = host.call(Checkout.start('order-1', { card: 'tok_1', count: 2, sku: 'tea' }))
  await expect(host.call(Checkout.start('order-1', { ...order, count: 3 }))).rejects.toMatchObject({ code: 'conflict' })
  host.send(Checkout.approval('order-1', { granted: true }))
  expect(await one).toEqual(await two)
  expect(await host.query(Stock.left('tea'))).toBe(3)
  expect(await host.call(Checkout.start('order-1', order))).toEqual(await one)
})

test('what an instance still waited for when it ended is dropped', async () => {
  await using world = new World()
  const Race = address('race/*', { start: call(v.null(), v.string()), go: v.null() })
  const race = workflow(Race, (flow) =>
    Promise.race([flow.receive('go').then(() => 'go'), flow.sleep('1 second').then(() => 'time')]),
  )
  const host = await world.open({ participants: [race] })
  const asked = host.call(Race.start('x', null))
  await world.clock.advance(2_000)
  expect(await asked).toBe('time')
  const { steps } = await host.query(control(Race).describe('x'))
  expect(steps.map(({ what, outcome }) => `${what}: ${outcome}`)).toEqual(['receive go: dropped', 'sleep: ok'])
})

test('a cancelled instance throws at what it awaits, and undoes what it did', async () => {
  await using world = new World()
  const host = await world.open({ participants: [stock, checkout(new Ledger())] })
  await host.send(Stock.fill('tea', { count: 5 })).committed
  const buying = host.call(Checkout.start('order-1', order))
  await buying.receipt.committed
  await quiet()
  host.send(control(Checkout).cancel('order-1', 'changed my mind'))
  await expect(buying).rejects.toMatchObject({ code: 'cancelled', facts: { reason: 'changed my mind' } })
  expect(await host.query(Stock.left('tea'))).toBe(5)
  await host.send(Checkout.approval('order-1', { granted: true })).committed
  await quiet()
  const share = Checkout.approval('order-1', { granted: true }).to
  const letters = await host.inspect(share).deadLetters()
  expect(letters.map(({ name, error }) => [name, error.code])).toEqual([['approval', 'conflict']])
})

test('what is cancelled while a call is under way is undone when the answer has come', async () => {
  await using world = new World()
  const host = await world.open({ participants: [stock, checkout(new Ledger())] })
  await host.send(Stock.fill('tea', { count: 5 })).committed
  // One message behind the other: the call has left, and its answer has not come.
  const buying = host.call(Checkout.start('order-1', order))
  const cancelling = host.send(control(Checkout).cancel('order-1', 'at once'))
  await expect(buying).rejects.toMatchObject({ code: 'cancelled' })
  await cancelling.committed
  await quiet()
  const { steps } = await host.query(control(Checkout).describe('order-1'))
  expect(steps.map(({ what, outcome }) => `${what}: ${outcome}`)).toEqual([
    'call stock/tea reserve: ok',
    'cancel: at once: ok',
    'send stock/tea release: ok',
  ])
  expect(await host.query(Stock.left('tea'))).toBe(5)
  expect(await host.query(Stock.holds('tea'))).toEqual({})
})
