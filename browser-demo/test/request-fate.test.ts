import { expect, test } from 'vitest'
import { Random } from '../random.ts'
import { type RequestFate, requestFates } from '../request-fate.ts'

function fates(seed: number, count: number): RequestFate['kind'][] {
  const next = requestFates(new Random(seed))
  return Array.from({ length: count }, () => next().kind)
}

test('from 20 requests on, at least 5 % are dropped and at least 5 % duplicated, wherever the run ends', () => {
  for (let seed = 0; seed < 50; seed += 1)
    for (let count = 20; count <= 100; count += 1) {
      const kinds = fates(seed, count)
      const dropped = kinds.filter((kind) => kind === 'drop_before' || kind === 'drop_after').length
      expect(dropped / count).toBeGreaterThanOrEqual(0.05)
      expect(kinds.filter((kind) => kind === 'duplicate').length / count).toBeGreaterThanOrEqual(0.05)
    }
})

test('requests are lost on their way there and on the way back, equally often', () => {
  const kinds = fates(7, 200)
  expect(kinds.filter((kind) => kind === 'drop_before')).toHaveLength(10)
  expect(kinds.filter((kind) => kind === 'drop_after')).toHaveLength(10)
})

test('the same seed gives the same fates', () => {
  expect(fates(5, 60)).toEqual(fates(5, 60))
  expect(fates(5, 60)).not.toEqual(fates(6, 60))
})
