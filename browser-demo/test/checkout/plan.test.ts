import { expect, test } from 'vitest'
import { planOrders } from '../../check/checkout/plan.ts'
import { Random } from '../../random.ts'

const kinds = ['checkout_kill', 'edge_kill', 'network_cut', 'renderer_crash', 'shelf_kill', 'worker_kill']
const faultsOf = (seed: number) =>
  planOrders(new Random(seed), 15).flatMap(({ first, second }) => [first?.kind ?? [], second?.kind ?? []].flat())

test('the same seed gives the same orders, another one others', () => {
  expect(planOrders(new Random(3), 15)).toEqual(planOrders(new Random(3), 15))
  expect(planOrders(new Random(3), 15)).not.toEqual(planOrders(new Random(4), 15))
})

test('each fault is planned as often as every other, give or take one', () => {
  for (const seed of [1, 2, 3]) {
    const counts = Map.groupBy(faultsOf(seed), (kind) => kind)
    expect([...counts.keys()].sort()).toEqual(kinds)
    for (const [, times] of counts) expect([3, 4]).toContain(times.length)
  }
})
