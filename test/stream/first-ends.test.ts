/** @module What is remembered of open windows beside their table, whatever steps are undone. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FirstEnds } from '../../runtime-ts/src/stream/first-ends.ts'
import type { Cells } from '../../runtime-ts/src/stream/operator.ts'

/** A table that can be put back. */
class Table implements Cells {
  values = new Map<string, unknown>()

  get(key: string): unknown {
    return this.values.get(key)
  }
  set(key: string, value: unknown): void {
    this.values.set(key, value)
  }
  delete(key: string): void {
    this.values.delete(key)
  }
  get size(): number {
    return this.values.size
  }
  entries(): IterableIterator<[string, unknown]> {
    return this.values.entries()
  }
}

const endOf = (kept: unknown): number => Number(kept)

function takeAll(ends: FirstEnds, until_ms: number): string[] {
  const taken: string[] = []
  for (let key = ends.take(until_ms); key !== undefined; key = ends.take(until_ms)) taken.push(key)
  return taken
}

test('no key whose window is over is ever missed, and none is told twice in a step', () => {
  const step = fc.record({
    changes: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), fc.nat(100)), { maxLength: 6 }),
    until_ms: fc.nat(100),
    isUndone: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'g'), fc.nat(100))), fc.array(step), (first, steps) => {
      const table = new Table()
      for (const [key, end_ms] of first) table.set(key, end_ms)
      const ends = new FirstEnds(table, endOf)
      for (const { changes, until_ms, isUndone } of steps) {
        const before = new Map(table.values)
        ends.begin()
        // As the operator does it: what is over is looked for among what was there, and among what has changed.
        const over = takeAll(ends, until_ms)
        expect(new Set(over).size).toBe(over.length)
        for (const [key, kept] of table.entries()) if (endOf(kept) <= until_ms) expect(over).toContain(key)
        for (const key of over) if (endOf(table.get(key)) <= until_ms) table.delete(key)
        for (const [key, end_ms] of changes) {
          if (table.get(key) === end_ms) continue
          table.set(key, end_ms)
          ends.add(key, end_ms)
        }
        if (isUndone) table.values = before
      }
    }),
  )
})

test('what is no more so does not pile up', () => {
  const table = new Table()
  const ends = new FirstEnds(table, endOf)
  // A session that goes on and on.
  for (let end_ms = 1; end_ms < 100_000; end_ms += 1) {
    ends.begin()
    table.set('a', end_ms)
    ends.add('a', end_ms)
  }
  ends.begin()
  let looked = 0
  for (let until_ms = 0; until_ms < 200_000; until_ms += 1) looked += takeAll(ends, until_ms).length
  expect(looked).toBe(1)
  expect(takeAll(ends, Number.POSITIVE_INFINITY)).toEqual([])
})
