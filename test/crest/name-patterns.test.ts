/** @module Patterns of names: the same rule for participants, routes, K and tokens. */
import { fits, NamePatterns } from '@darq/runtime/transport'
import fc from 'fast-check'
import { expect, test } from 'vitest'

test('a name in several patterns has the value of the most exact one', () => {
  const patterns = new NamePatterns([
    ['*', 'all'],
    ['account/*', 'family'],
    ['account/bob', 'bob'],
    ['totals', 'totals'],
  ])
  const names = ['totals', 'account/bob', 'account/ann', 'account/', 'other']
  expect(names.map((name) => patterns.get(name))).toEqual(['totals', 'bob', 'family', 'all', 'all'])
  expect(new NamePatterns([['account/*', 1]]).get('teller')).toBeUndefined()
})

test.each([[['a*b']], [['a', 'a']], [['a*', 'a*']], [['**']]])('patterns %j are refused', (patterns) => {
  expect(() => new NamePatterns(patterns.map((pattern) => [pattern, 1]))).toThrow(
    expect.objectContaining({ code: 'invalid_argument' }),
  )
})

// Few letters, so that patterns and names meet.
const name = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 4 })
const pattern = fc.tuple(name, fc.constantFrom('', '*')).map(([beginning, star]) => beginning + star)
const patternSet = fc.uniqueArray(pattern, { maxLength: 8 })
const valued = (patterns: readonly string[]) => new NamePatterns(patterns.map((one) => [one, one]))

test('the pattern that counts fits, and no more exact one does', () => {
  fc.assert(
    fc.property(patternSet, name, (patterns, name) => {
      const found = valued(patterns).get(name)
      const fitting = patterns.filter((one) => fits(one, name))
      if (patterns.includes(name)) expect(found).toBe(name)
      else expect(found?.length).toBe(fitting.length === 0 ? undefined : Math.max(...fitting.map((one) => one.length)))
      expect(found === undefined || fitting.includes(found)).toBe(true)
    }),
  )
})

test('the order of declaration does not count', () => {
  const shuffled = patternSet.chain((patterns) =>
    fc.tuple(fc.constant(patterns), fc.shuffledSubarray(patterns, { minLength: patterns.length })),
  )
  fc.assert(
    fc.property(shuffled, name, ([patterns, other], name) => {
      expect(valued(other).get(name)).toBe(valued(patterns).get(name))
    }),
  )
})

test('a star stands for one character or more', () => {
  fc.assert(
    fc.property(name, name, (beginning, rest) => {
      expect(fits(`${beginning}*`, beginning + rest)).toBe(rest !== '')
      expect(fits(beginning, beginning + rest)).toBe(rest === '')
    }),
  )
})
