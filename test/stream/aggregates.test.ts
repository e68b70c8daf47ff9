/** @module What becomes of a window's records, and how windows are laid. */
import { DarqError } from '@darq/runtime'
import {
  type Aggregate,
  collect,
  count,
  max,
  mean,
  min,
  session,
  sliding,
  stream,
  sum,
  top,
  tumbling,
} from '@darq/runtime/stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyWindow, coarse, firstStart, lastEnd } from '../../runtime-ts/src/stream/window.ts'
import { Records, Written } from './job.ts'

/** As an operator uses it: over stretches that become one. */
function resultOf<A, R>(aggregate: Aggregate<number, A, R>, stretches: readonly (readonly number[])[]): R {
  const { initial, add, merge, result } = aggregate as unknown as Record<string, (...given: unknown[]) => unknown> & {
    initial: unknown
  }
  const totals = stretches.map((all) => all.reduce((total: unknown, one) => add?.(total, one), initial))
  return result?.(totals.reduce((one, other) => merge?.(one, other))) as R
}

const stretches = fc.array(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 8 }), {
  minLength: 1,
  maxLength: 5,
})
const same = (n: number): number => n

test.each<[string, Aggregate<number, never, unknown>, (all: readonly number[]) => unknown]>([
  ['count', count() as never, (all) => all.length],
  ['sum', sum(same) as never, (all) => all.reduce((a, b) => a + b, 0)],
  ['min', min(same) as never, (all) => Math.min(...all)],
  ['max', max(same) as never, (all) => Math.max(...all)],
  ['mean', mean(same) as never, (all) => all.reduce((a, b) => a + b, 0) / all.length],
  ['collect', collect<number>(5) as never, (all) => all.slice(0, 5)],
  [
    'top',
    top<number, number>(3, (n) => ({ rank: n, value: n })) as never,
    (all) => all.toSorted((a, b) => b - a).slice(0, 3),
  ],
])('%s is of all records, whatever was merged', (_name, aggregate, plainly) => {
  fc.assert(
    fc.property(stretches, (all) => {
      const [found, expected] = [resultOf(aggregate, all), plainly(all.flat())]
      if (typeof expected === 'number') expect(found).toBeCloseTo(expected, 9)
      else expect(found).toEqual(expected)
    }),
  )
})

test('of equals, the first are the top', () => {
  const first = top<{ readonly n: number; readonly id: string }, string>(2, ({ n, id }) => ({ rank: n, value: id }))
  let total: readonly { readonly rank: number; readonly value: string }[] = []
  for (const id of ['a', 'b', 'c']) total = first.add(total, { n: 1, id })
  expect(first.result(total)).toEqual(['a', 'b'])
})

const laid = fc
  .record({ size_ms: fc.integer({ min: 1, max: 100 }), every_ms: fc.integer({ min: 1, max: 100 }) })
  .filter(({ size_ms, every_ms }) => every_ms <= size_ms)
  .map(({ size_ms, every_ms }) => anyWindow(sliding(`${size_ms} ms`, `${every_ms} ms`, Number)))

test('a record is in each window that begins before it and ends behind it', () => {
  fc.assert(
    fc.property(laid, fc.integer({ min: -1_000, max: 1_000 }), (window, time_ms) => {
      const { size_ms, every_ms } = window
      const from_ms = firstStart(window, time_ms)
      expect(from_ms % every_ms).toBeCloseTo(0)
      expect(from_ms + size_ms).toBeGreaterThan(time_ms)
      expect(from_ms - every_ms + size_ms).toBeLessThanOrEqual(time_ms)
      const end_ms = lastEnd(window, time_ms)
      expect(end_ms - size_ms).toBeLessThanOrEqual(time_ms)
      expect(end_ms - size_ms + every_ms).toBeGreaterThan(time_ms)
    }),
  )
})

test('a coarse watermark closes the same windows', () => {
  fc.assert(
    fc.property(laid, fc.integer({ min: -500, max: 500 }), fc.integer({ min: -500, max: 500 }), (window, at, start) => {
      const end_ms = Math.floor(start / window.every_ms) * window.every_ms + window.size_ms
      expect(end_ms <= coarse(window, at)).toBe(end_ms <= at)
    }),
  )
})

test.each([
  ['a window of nothing', () => tumbling('0 ms', Number)],
  ['a session of nothing', () => session('0 ms', Number)],
  ['windows with gaps', () => sliding('1 minute', '2 minutes', Number)],
  ['too many windows at a time', () => sliding('1 day', '1 second', Number)],
  ['a span of nobody’s', () => tumbling('1 fortnight' as '1 day', Number)],
  ['nothing collected', () => collect(0)],
  ['too much collected', () => top(1_001, () => ({ rank: 0, value: 0 }))],
  [
    'sessions that can’t be joined',
    () =>
      stream(Records.record)
        .keyBy(({ key }) => key)
        .window(session('1 minute', ({ at }) => at))
        .aggregate({ initial: 0, add: (n: number) => n + 1, result: (n: number) => n })
        .to(() => Written.row(0)),
  ],
])('refuses %s', (_what, make) => {
  expect(make).toThrow(DarqError)
})
