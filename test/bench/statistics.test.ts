import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Random } from '../../bench/random.ts'
import { quantile, ratios, summarize } from '../../bench/statistics.ts'

test('a quantile lies between two samples by proportion', () => {
  const samples = [40, 10, 30, 20]
  expect([0, 0.25, 0.5, 0.75, 1].map((share) => quantile(samples, share))).toEqual([10, 17.5, 25, 32.5, 40])
  expect(quantile([7], 0.999)).toBe(7)
})

test('a quantile of nothing is refused', () => {
  expect(() => quantile([], 0.5)).toThrow(RangeError)
})

test('a quantile never leaves the samples, grows with the share, and does not reorder them', () => {
  const samples = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 })
  fc.assert(
    fc.property(
      samples,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (list, a, b) => {
        const before = [...list]
        const low = quantile(list, Math.min(a, b))
        const high = quantile(list, Math.max(a, b))
        expect(low).toBeGreaterThanOrEqual(Math.min(...list))
        expect(high).toBeLessThanOrEqual(Math.max(...list))
        expect(low).toBeLessThanOrEqual(high)
        expect(list).toEqual(before)
      },
    ),
  )
})

test('the spread is the stretch that holds the middle half', () => {
  expect(summarize([1, 2, 3, 4, 5])).toEqual({ median: 3, spread: 2 })
  // One outlier moves neither.
  expect(summarize([1, 2, 3, 4, 5000])).toEqual({ median: 3, spread: 2 })
})

test('ratios are taken round by round', () => {
  expect(ratios([10, 20, 30], [5, 5, 60])).toEqual([2, 4, 0.5])
})

test('a seed repeats its numbers and orders, another one gives others', () => {
  const things = Array.from({ length: 20 }, (_, nth) => nth)
  const order = (seed: number) => new Random(seed).shuffled(things)
  expect(order(1)).toEqual(order(1))
  expect(order(1)).not.toEqual(order(2))
  expect(order(1).sort((one, other) => one - other)).toEqual(things)
})
