import { openHosted } from '@darq/runtime'
import { checkK, NamePatterns } from '@darq/runtime/transport'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { speculationOf } from '../../edge-worker/src/speculation.ts'
import { memory } from '../../runtime-ts/src/storage/memory.ts'
import { counter } from './fixture/participants.ts'

const never = Number.POSITIVE_INFINITY

/** What a host makes of it. */
function kOf(...asked: Parameters<typeof speculationOf>) {
  const patterns = new NamePatterns(Object.entries(speculationOf(...asked)))
  return (name: string) => patterns.get(name) ?? 0
}

test('a number is for all objects of the deployment, and for nobody else', () => {
  const k = kOf(4, ['account/*', 'teller'], ['shop/*', 'account/abroad/*'])
  expect(['account/1', 'teller', 'shop/1', 'account/abroad/1', 'nobody'].map(k)).toEqual([4, 4, 0, 0, 0])
})

test('of patterns the most exact one counts', () => {
  const k = kOf(
    { '*': 1, 'account/*': 2, 'account/fast/*': never, 'account/slow': 0 },
    ['account/*', 'teller'],
    ['shop/*'],
  )
  expect(['account/1', 'account/fast/1', 'account/slow', 'teller', 'shop/1'].map(k)).toEqual([2, never, 0, 1, 0])
})

test('a name before a pattern that begins with it counts, however long the pattern is', () => {
  const k = kOf({ 'account/7': 0, 'account/7*': 2 }, ['account/*'], [])
  expect(['account/7', 'account/77', 'account/8'].map(k)).toEqual([0, 2, 0])
})

test('the K of a name is that of its most exact pattern where it lives here, and 0 elsewhere', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '/'), minLength: 1, maxLength: 4 })
  const pattern = fc.tuple(name, fc.constantFrom('', '*')).map(([beginning, star]) => beginning + star)
  const patterns = fc.uniqueArray(pattern, { maxLength: 5 })
  fc.assert(
    fc.property(
      fc.dictionary(pattern, fc.nat(3), { noNullPrototype: true }),
      patterns,
      patterns,
      name,
      (asked, here, away, name) => {
        const places = new NamePatterns([
          ...here.filter((one) => !away.includes(one)).map((one) => [one, 'here'] as const),
          ...away.map((one) => [one, 'away'] as const),
        ])
        // More than 0 for what lives elsewhere is refused: a test of its own.
        const wanted = Object.fromEntries(
          Object.entries(asked).map(([one, k]) => [one, places.get(one) === 'here' ? k : 0]),
        )
        const expected = places.get(name) === 'here' ? (new NamePatterns(Object.entries(wanted)).get(name) ?? 0) : 0
        expect(kOf(wanted, here, away)(name)).toBe(expected)
      },
    ),
  )
})

test('a route that leads away from a participant of the same name counts', () => {
  expect(kOf(4, ['account/*', 'teller'], ['teller'])('teller')).toBe(0)
})

test('what is not named has 0', () => {
  expect(kOf({ 'account/*': 4 }, ['account/*', 'teller'], [])('teller')).toBe(0)
})

test('more than 0 for what lives elsewhere is refused; 0 is not', () => {
  const asked = (value: number) => () => speculationOf({ 'shop/*': value }, ['account/*'], ['shop/*'])
  expect(asked(1)).toThrow(
    expect.objectContaining({ code: 'invalid_argument', facts: expect.objectContaining({ got: 'shop/*: 1' }) }),
  )
  expect(asked(0)).not.toThrow()
})

test.each([-1, 0.5, Number.NaN, Number.NEGATIVE_INFINITY])('%s is no k', (value) => {
  expect(() => checkK(value)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  expect(() => checkK({ 'account/*': value })).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
})

test.each([0, 1, never])('%s is', (value) => {
  expect(() => checkK(value)).not.toThrow()
  expect(() => checkK({ 'account/*': value })).not.toThrow()
})

test.each(['relaxed', 'best-effort'] as const)('on %s storage a host does not run ahead', async (durability) => {
  const hosted = openHosted({ name: 'shop', participants: [counter], storage: { ...memory(), durability }, k: 1 })
  await expect(hosted).rejects.toMatchObject({
    code: 'invalid_argument',
    facts: { expected: 'k: 0 on storage that is not strict', got: durability },
  })
})
