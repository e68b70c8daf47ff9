import {
  address,
  answer,
  call,
  DarqError,
  type Hosted,
  openHosted,
  participant,
  query,
  type Route,
  refuse,
} from '@darq/runtime'
import { routeKind } from '@darq/runtime/transport'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { quiet } from './virtual-clock.ts'
import { World } from './world.ts'

const Shop = address('shop', {
  order: call(v.object({ count: v.number() }), v.object({ cents: v.number() })),
  sold: query(v.number()),
})
const Basket = address('basket', { buy: v.object({ count: v.number() }), told: query(v.array(v.string())) })

const shop = participant(Shop, {
  state: { sold: 0 },
  own: { think: v.object({ order: v.string() }) },
  on: {
    order(step, { count }) {
      if (count > 9) refuse('too many')
      if (count === 7) throw new DarqError('app:busy', { retryable: true })
      if (count < 0) {
        step.send(step.own.think({ order: `${count}` }), { after: '1 minute' })
        return step.later(`${count}`)
      }
      step.state.sold += count
      return { cents: count * 100 }
    },
    think(step, { order }) {
      step.answer(Shop.order, order, { cents: 0 })
    },
    sold: (read) => read.state.sold,
  },
})
const openShop = (far: World, near: World): Promise<Hosted> =>
  openHosted({
    ...{ name: 'edge', participants: [shop], storage: far.storage },
    ...{ clock: near.clock, random: far.random, core: 'typescript' },
  })
const basket = participant(Basket, {
  state: { told: '' },
  own: { ordered: answer(Shop.order, v.number()) },
  on: {
    buy(step, { count }) {
      step.call(Shop.order({ count }), step.own.ordered(count))
    },
    ordered(step, answer, count) {
      const said = answer.ok ? `${count} for ${answer.value.cents}` : `${count}: ${answer.error.code}`
      step.state.told = step.state.told === '' ? said : `${step.state.told}; ${said}`
    },
    told: (read) => (read.state.told === '' ? [] : read.state.told.split('; ')),
  },
})

/** The way of a host that can send to another, but not be sent to. */
function oneWay(there: Hosted, enqueued: () => void, watched: (change: number) => void): Route {
  return {
    [routeKind]: 'route',
    address: () => 'edge',
    transport: () => ({
      send: () => {
        throw new DarqError('unavailable')
      },
    }),
    link: () => ({
      enqueue: async (request, report) => {
        await there.link.enqueue(request, report)
        enqueued()
      },
      watch: async (request, see, signal) => {
        watched(1)
        await there.link.watch(request, see, signal).finally(() => watched(-1))
      },
      query: (...given) => there.link.query(...given),
      expected: (...given) => there.link.expected(...given),
      pending: (...given) => there.link.pending(...given),
      counts: (...given) => there.link.counts(...given),
    }),
  }
}

test('a host that nobody can reach has its participants’ calls answered, each once, whatever is lost on the way', async () => {
  await using far = new World()
  await using near = new World()
  const there = await openShop(far, near)
  let cuts = 0
  const cut = (): void => {
    cuts += 1
    if (cuts === 1) throw new DarqError('unavailable', { message: 'cut after it was taken' })
  }
  const routes = { shop: oneWay(there, cut, () => {}) }
  const open = () => near.open({ participants: [basket], routes, unreachable: true })
  const first = await open()
  await first.send(Basket.buy({ count: 2 })).committed
  await first.close()
  const host = await open()
  await host.send(Basket.buy({ count: 3 })).committed
  await host.send(Basket.buy({ count: 10 })).committed
  await near.clock.advance(5_000)
  await quiet()
  const told = await host.query(Basket.told(), { grade: 'committed' })
  expect([...told].sort()).toEqual(['10: app:too many', '2 for 200', '3 for 300'])
  expect(await host.query(Shop.sold())).toBe(5)
  expect(cuts).toBeGreaterThan(3)
  await there.close()
})

test('an error that may pass is an answer all the same', async () => {
  await using far = new World()
  await using near = new World()
  const there = await openShop(far, near)
  const routes = {
    shop: oneWay(
      there,
      () => {},
      () => {},
    ),
  }
  const host = await near.open({ participants: [basket], routes, unreachable: true })
  await host.send(Basket.buy({ count: 7 })).committed
  await near.clock.advance(120_000)
  expect(await host.query(Basket.told())).toEqual(['7: app:busy'])
  await there.close()
})

test('calls that take their time hold at most two connections, and are answered all the same', async () => {
  await using far = new World()
  await using near = new World()
  const there = await openShop(far, near)
  let watching = 0
  const routes = {
    shop: oneWay(
      there,
      () => {},
      (change) => (watching += change),
    ),
  }
  const host = await near.open({ participants: [basket], routes, unreachable: true })
  for (const count of [1, 2, 3, 4, 5]) await host.send(Basket.buy({ count: -count })).committed
  await near.clock.advance(2_000)
  expect(watching).toBe(2)
  await near.clock.advance(40_000)
  expect(watching).toBe(0)
  expect(await host.query(Basket.told())).toEqual([])
  await near.clock.advance(60_000)
  expect([...(await host.query(Basket.told()))].sort()).toEqual([
    '-1 for 0',
    '-2 for 0',
    '-3 for 0',
    '-4 for 0',
    '-5 for 0',
  ])
  await there.close()
})
