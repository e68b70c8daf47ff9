/** @module Whatever is thrown becomes an error that can be read, kept and sent. */
import { DarqError, type Plain } from '@darq/runtime'
import { hostileValues } from '@darq/runtime/testing/hostile'
import { fromFacts, toFacts } from '@darq/runtime/transport'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodePlain, encodePlainBytes } from '../../runtime-ts/src/crest/wire/plain.ts'
import { asError } from '../../runtime-ts/src/error.ts'
import { comesFrom } from '../../runtime-ts/src/workflow/workflow-error.ts'

const { thrown, text } = hostileValues(fc)

function isFrozen(value: Plain): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return true
  return Object.isFrozen(value) && Object.values(value).every(isFrozen)
}

test('an error made of anything can be written down, is bounded, and is read again as it was', () => {
  fc.assert(
    fc.property(thrown, ({ make }) => {
      const error = asError(make(), 'handler_failed', { where: 'the handler threw' })
      const facts = toFacts(error)
      const bytes = encodePlainBytes(facts)
      expect(bytes.length).toBeLessThan(150_000)
      expect(decodePlain(bytes)).toEqual(facts)
      expect(facts.message.isWellFormed() && facts.code.isWellFormed()).toBe(true)
      expect(facts.message.length).toBeLessThanOrEqual(4_096)
      expect(isFrozen(error.facts)).toBe(true)
      const again = fromFacts(facts)
      expect([again.code, again.message, again.retryable]).toEqual([error.code, error.message, error.retryable])
      expect(again.facts).toEqual(error.facts)
    }),
    { numRuns: 500 },
  )
})

test('an error of ours that nobody has changed stays the same object', () => {
  fc.assert(
    fc.property(text, (message) => {
      const error = new DarqError('conflict', { message, facts: { message } })
      expect(asError(error, 'internal')).toBe(error)
    }),
  )
})

test.each([
  ['message', { not: 'a text' }],
  ['facts', { other: true }],
  ['code', 'fenced'],
  ['retryable', 1],
])('an error of ours whose %s was changed keeps its code and facts', (name, value) => {
  const error = Object.defineProperty(new DarqError('app:sold out', { facts: { kept: 1 } }), name, { value })
  expect(toFacts(error)).toMatchObject({ code: 'app:sold out', retryable: false, facts: { kept: 1 } })
})

test('what is no error of ours is internal as plain data, and not retryable', () => {
  expect(toFacts(new TypeError('x is undefined'))).toEqual({
    code: 'internal',
    message: 'x is undefined',
    retryable: false,
    facts: { thrown: 'x is undefined' },
  })
})

test('facts that fit are kept as they are', () => {
  const facts = { list: [1, 'two', { three: null }], bytes: new Uint8Array([1, 2]), none: undefined, big: 2 ** 60 }
  expect(new DarqError('conflict', { facts }).facts).toEqual(facts)
})

test('whether a cancellation is behind an error is found out, whatever the error is', () => {
  const cancelled = new DarqError('cancelled')
  fc.assert(
    fc.property(thrown, ({ make }) => {
      const value = make()
      expect(comesFrom(value, cancelled)).toBe(false)
      expect(comesFrom(new AggregateError([value, new Error('', { cause: cancelled })]), cancelled)).toBe(true)
    }),
  )
})
