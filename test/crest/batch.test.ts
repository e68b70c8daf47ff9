/** @module Batches: many messages in one step. */
import { address, participant, query, table } from '@darq/runtime'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { World } from './world.ts'

const Sums = address('sums', {
  put: v.object({ key: v.string(), n: v.number() }),
  sizes: query(v.array(v.number())),
  sum: query(v.number()),
})

function sums(batch: { batch: number; wait?: '50 ms'; by?: (body: { key: string }) => string }, poison = Number.NaN) {
  const sizes: number[] = []
  const made = participant(Sums, {
    state: { sum: 0, seen: table(v.number()) },
    on: {
      put: {
        ...batch,
        run(step, bodies) {
          for (const { n } of bodies) step.state.sum += n
          if (bodies.some(({ n }) => n === poison)) throw new Error('poison')
          sizes.push(bodies.length)
        },
      },
      sizes: () => sizes,
      sum: (read) => read.state.sum,
    },
    retry: { attempts_max: 3 },
  })
  return { made, sizes }
}

const put = (n: number, key = '') => Sums.put({ key, n })

test('a full batch is one step, and the rest waits no longer than it may', async () => {
  await using world = new World()
  const { made, sizes } = sums({ batch: 4, wait: '50 ms' })
  const host = await world.open({ participants: [made] })
  await Promise.all([1, 2, 3, 4, 5, 6].map((n) => host.send(put(n)).committed))
  expect(sizes).toEqual([4])
  expect(await host.inspect('sums').pending()).toBe(2)
  await world.clock.advance(49)
  expect(sizes).toEqual([4])
  await world.clock.advance(1)
  expect(sizes).toEqual([4, 2])
  expect(await host.query(Sums.sum())).toBe(21)
  expect(await host.inspect('sums').pending()).toBe(0)
})

test('without a wait a batch is what arrived together', async () => {
  await using world = new World()
  const { made, sizes } = sums({ batch: 100 })
  const host = await world.open({ participants: [made] })
  await Promise.all([1, 2, 3].map((n) => host.send(put(n)).committed))
  expect(sizes).toEqual([3])
})

test('by a key, batches are collected out of order', async () => {
  await using world = new World()
  const { made, sizes } = sums({ batch: 2, wait: '50 ms', by: ({ key }) => key })
  const host = await world.open({ participants: [made] })
  await Promise.all([put(1, 'a'), put(2, 'b'), put(3, 'a'), put(4, 'c')].map((message) => host.send(message).committed))
  expect(sizes).toEqual([2])
  await world.clock.advance(50)
  expect(sizes).toEqual([2, 1, 1])
})

test.each([{}, { wait: '50 ms' } as const])(
  'a batch (%o) that throws is retried one by one: only the one to blame is set aside',
  async (wait) => {
    await using world = new World()
    const { made, sizes } = sums({ batch: 4, ...wait }, 3)
    const host = await world.open({ participants: [made] })
    await Promise.all([1, 2, 3, 4].map((n) => host.send(put(n)).committed))
    expect(await host.query(Sums.sum())).toBe(0)
    await world.clock.advance(60_000)
    expect(sizes).toEqual([1, 1, 1])
    expect(await host.query(Sums.sum())).toBe(7)
    expect(await host.inspect('sums').deadLetters()).toHaveLength(1)
  },
)

test('what waits for its batch when the host goes down is gathered again', async () => {
  await using world = new World()
  const first = sums({ batch: 4, wait: '50 ms' })
  const before = await world.open({ participants: [first.made] })
  await Promise.all([1, 2, 3].map((n) => before.send(put(n)).committed))
  await before.close()
  const second = sums({ batch: 4, wait: '50 ms' })
  const host = await world.open({ participants: [second.made] })
  await host.send(put(4)).committed
  expect([first.sizes, second.sizes]).toEqual([[], [4]])
  expect(await host.query(Sums.sum())).toBe(10)
})
