/** @module Schemas and their versions. */
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { check, readInput, readOutput, version, versionOf } from '../../runtime-ts/src/crest/define/schema.ts'
import { milliseconds } from '../../runtime-ts/src/crest/define/span.ts'

const Paid = version(2, v.object({ cents: v.number() })).from(1, v.object({ euros: v.number() }), (old) => ({
  cents: old.euros * 100,
}))

describe('a versioned schema', () => {
  test('reads its own version as it is', () => {
    expect(readInput(Paid, { cents: 5 }, 2).output).toEqual({ cents: 5 })
    expect(readOutput(Paid, { cents: 5 }, 2)).toEqual({ cents: 5 })
  })
  test('upgrades an older one', () => {
    expect(readInput(Paid, { euros: 5 }, 1).output).toEqual({ cents: 500 })
    expect(readOutput(Paid, { euros: 5 }, 1)).toEqual({ cents: 500 })
  })
  test('takes a record without a number for version 1', () => {
    expect(readInput(Paid, { euros: 5 }, 0).output).toEqual({ cents: 500 })
  })
  test('says newer_version of one that it doesn’t know yet', () => {
    expect(() => readInput(Paid, {}, 3)).toThrowError(
      expect.objectContaining({ code: 'newer_version', facts: { expected: 2, got: 3 } }),
    )
    expect(() => readInput(v.number(), 1, 2)).toThrowError(expect.objectContaining({ code: 'newer_version' }))
  })
  test('refuses one that it can’t upgrade', () => {
    const third = version(3, v.number()).from(2, v.string(), Number)
    expect(() => readInput(third, 1, 1)).toThrowError(expect.objectContaining({ code: 'schema' }))
  })
  test('checks an old record by its old schema', () => {
    expect(() => readInput(Paid, { euros: 'x' }, 1)).toThrowError(expect.objectContaining({ code: 'schema' }))
  })
  test('is itself a Standard Schema of the present version', () => {
    expect(check(Paid, { cents: 1 })).toEqual({ cents: 1 })
    expect(() => check(Paid, { euros: 1 })).toThrowError(expect.objectContaining({ code: 'schema' }))
    expect(versionOf(Paid)).toBe(2)
    expect(versionOf(v.number())).toBe(0)
  })
  test('refuses a version that isn’t older', () => {
    expect(() => version(1, v.number()).from(2, v.number(), Number)).toThrowError(
      expect.objectContaining({ code: 'invalid_argument' }),
    )
    expect(() => version(0, v.number())).toThrowError(expect.objectContaining({ code: 'invalid_argument' }))
  })
})

describe('a schema', () => {
  test('names what is wrong, and where', () => {
    expect(() => check(v.object({ a: v.object({ b: v.number() }) }), { a: { b: 'x' } })).toThrowError(
      expect.objectContaining({ facts: { issues: [expect.objectContaining({ path: 'a.b' })] } }),
    )
  })
  test('that is asynchronous is refused', () => {
    const slow = v.pipeAsync(
      v.string(),
      v.checkAsync(async () => true),
    )
    expect(() => check(slow, 'x')).toThrowError(expect.objectContaining({ code: 'schema' }))
  })
})

test('a span is milliseconds', () => {
  expect([milliseconds('50 ms'), milliseconds('1 day'), milliseconds('1.5 minutes')]).toEqual([50, 86_400_000, 90_000])
  expect(() => milliseconds('2 dyas' as '2 days')).toThrowError(expect.objectContaining({ code: 'invalid_argument' }))
})
