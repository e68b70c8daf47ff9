import fc from 'fast-check'
import { expect, test } from 'vitest'
import { preference } from '../../edge-worker/src/prefer.ts'
import { positionOf, positionOrKeyOf } from '../../edge-worker/src/producer.ts'
import { checkActions, checkName, checkOwner, type Scope } from '../../edge-worker/src/scope.ts'

const scope: Scope = { names: ['account/*', 'teller'], actions: ['send'], producers: ['shop:*', 'tab#1/flights'] }

test.each(['account/bob', 'teller'])('reaches %s', (name) => {
  expect(() => checkName(scope, name)).not.toThrow()
})

test.each(['account', 'account/', 'accounts/bob', 'teller2', 'tell', ''])('does not reach %j', (name) => {
  expect(() => checkName(scope, name)).toThrow(/does not allow/)
})

test('an action that the scope does not name is refused', () => {
  expect(() => checkActions(scope, ['query', 'inspect'])).toThrow(/does not allow/)
})

test('owns its producers and those that begin like them, no other', () => {
  for (const producer of ['shop:1', 'tab#1/flights']) expect(() => checkOwner(scope, producer)).not.toThrow()
  for (const producer of ['shop', 'shop:', 'tab#1/flights2', 'tab#2/flights', ''])
    expect(() => checkOwner(scope, producer)).toThrow()
})

const headers = (producer: string, sequence: string) =>
  new Headers({ 'Darq-Producer': producer, 'Darq-Sequence': sequence })

test('the place of a message is read from its headers', () => {
  expect(positionOf(headers('shop%3A%C3%A4', '9007199254740991'), scope)).toEqual({
    producer: 'shop:ä',
    first: 9007199254740991,
  })
})

test.each(['0', '-1', '1.5', '01', '1e3', '', 'one', '9007199254740992', '99999999999999999999'])(
  '%j is no sequence',
  (sequence) => {
    expect(() => positionOf(headers('shop:1', sequence), scope)).toThrow(expect.objectContaining({ code: 'bad_frame' }))
  },
)

test.each(['%', '%zz', 'x'.repeat(1024)])('a producer that can not be one is refused', (producer) => {
  expect(() => positionOf(headers(producer, '1'), scope)).toThrow(expect.objectContaining({ code: 'bad_frame' }))
})

test('an idempotency key is a producer of its own, apart from those of other owners', () => {
  const key = new Headers({ 'Idempotency-Key': '"abc"' })
  const mine = positionOrKeyOf(key, scope)
  expect(mine.first).toBe(1)
  expect(positionOrKeyOf(new Headers({ 'Idempotency-Key': 'abc' }), scope)).toEqual(mine)
  expect(positionOrKeyOf(key, { ...scope, producers: ['other'] })).not.toEqual(mine)
  expect(() => positionOrKeyOf(key, { ...scope, producers: [] })).toThrow(/does not allow/)
})

test('two bearers never share an idempotency key, whatever their owners and keys are called', () => {
  const word = fc.stringMatching(/^[ab/%~:]{1,4}$/)
  const bearer = fc.record({ producer: word, subject: fc.option(word, { nil: undefined }) })
  const ownerOf = ({ producer, subject }: { producer: string; subject: string | undefined }) =>
    subject === undefined ? `producer ${producer}` : `subject ${subject}`
  const one = fc.tuple(bearer, word)
  fc.assert(
    fc.property(one, one, ([first, key], [second, other]) => {
      const position = (of: typeof first, key: string) =>
        positionOrKeyOf(new Headers({ 'Idempotency-Key': key }), {
          names: [],
          actions: [],
          producers: [of.producer],
          ...(of.subject !== undefined && { subject: of.subject }),
        }).producer
      const isSame = ownerOf(first) === ownerOf(second) && key === other
      expect(position(first, key) === position(second, other)).toBe(isSame)
      expect(position({ producer: `${first.producer}/a`, subject: undefined }, key)).not.toBe(
        position({ producer: first.producer, subject: undefined }, `a/${key}`),
      )
    }),
    { numRuns: 2_000 },
  )
})

test('without a key or a place, a repeat could not be told: refused', () => {
  expect(() => positionOrKeyOf(new Headers(), scope)).toThrow(expect.objectContaining({ code: 'bad_frame' }))
})

test.each([
  [undefined, { stated: false, wait_ms: 10_000, grade: 'committed' }],
  ['wait=3', { stated: true, wait_ms: 3000, grade: 'committed' }],
  ['respond-async, Wait=3; grade="durable"', { stated: true, wait_ms: 3000, grade: 'durable' }],
  ['grade=accepted, grade=committed', { stated: true, wait_ms: 10_000, grade: 'accepted' }],
  ['wait=99999', { stated: true, wait_ms: 60_000, grade: 'committed' }],
  ['wait=soon, grade=perhaps', { stated: true, wait_ms: 10_000, grade: 'committed' }],
])('Prefer: %s', (prefer, expected) => {
  expect(preference(new Headers(prefer === undefined ? {} : { Prefer: prefer }))).toEqual(expected)
})
