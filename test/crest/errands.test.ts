import { address, answer, call, DarqError, openHosted, participant, query, type Route, refuse } from '@darq/runtime'
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
  on: {
    order(step, { count }) {
      if (count > 9) refuse('too many')
      step.state.sold += count
      return { cents: count * 100 }
    },
    sold: (read) => read.state.sold,
  },
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

test('a host that nobody can reach has its participants’ calls answered, each once, whatever is lost on the way', async () => {
  await using far = new World()
  await using near = new World()
  const there = await openHosted({
    ...{
      name: 'edge',
      participants: [shop],
      storage: far.storage,
      clock: near.clock,
      random: far.random,
      core: 'twin',
    },
  })
  let cuts = 0
  const route: Route = {
    [routeKind]: 'route',
    address: () => 'edge',
    transport: () => ({
      send: () => {
        throw new DarqError('unavailable')
      },
    }),
    link: () => ({
      ...there.link,
      enqueue: async (request, report) => {
        await there.link.enqueue(request, report)
        cuts += 1
        if (cuts === 1) throw new DarqError('unavailable', { message: 'cut after it was taken' })
      },
      query: (...given) => there.link.query(...given),
      watch: (...given) => there.link.watch(...given),
      expected: (...given) => there.link.expected(...given),
      pending: (...given) => there.link.pending(...given),
      counts: (...given) => there.link.counts(...given),
    }),
  }
  const open = () => near.open({ participants: [basket], routes: { shop: route }, unreachable: true } as never)
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
