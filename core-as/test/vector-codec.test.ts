import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeVector, encodeVector, vectorBytes } from '../src/vector-codec.ts'

const whole = fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constant(Number.MAX_SAFE_INTEGER))
const vector = fc.array(fc.tuple(fc.nat({ max: 99 }), whole, whole), { maxLength: 20 })

function encoded(entries: readonly (readonly number[])[]): Uint8Array {
  const bytes = new Uint8Array(vectorBytes(entries.length))
  expect(encodeVector(Float64Array.from(entries.flat()), entries.length, bytes)).toBe(bytes.length)
  return bytes
}

test('what was encoded is decoded, whatever follows it', () => {
  fc.assert(
    fc.property(vector, fc.uint8Array(), (entries, rest) => {
      const into = new Float64Array(60)
      expect(decodeVector(new Uint8Array([...encoded(entries), ...rest]), into, 100)).toBe(entries.length)
      expect([...into.subarray(0, entries.length * 3)]).toEqual(entries.flat())
    }),
  )
})

test('a vector that is cut off anywhere is refused', () => {
  const bytes = encoded([
    [1, 2, 3],
    [4, 5, 6],
  ])
  for (let length = 0; length < bytes.length; length++) {
    expect(decodeVector(bytes.subarray(0, length), new Float64Array(60), 100)).toBe('bad_vector')
  }
})

test('more entries than there is room for are refused', () => {
  const bytes = encoded([
    [1, 2, 3],
    [4, 5, 6],
  ])
  expect(decodeVector(bytes, new Float64Array(5), 100)).toBe('too_large')
  expect(decodeVector(bytes, new Float64Array(6), 100)).toBe(2)
})

test('a host beyond the limit is refused, and nothing is written', () => {
  const bytes = encoded([
    [1, 2, 3],
    [100, 5, 6],
  ])
  const into = new Float64Array(60)
  expect(decodeVector(bytes, into, 100)).toBe('bad_vector')
  expect(into.every((number) => number === 0)).toBe(true)
})

test('whatever bytes come, the answer is a count of whole numbers within the limits, or a refusal', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 3 }), (bytes, count) => {
      if (bytes.length > 4) bytes.set([count, 0, 0, 0])
      const into = new Float64Array(6).fill(-1)
      const answer = decodeVector(bytes, into, 100)
      if (typeof answer === 'string') expect([...into]).toEqual([-1, -1, -1, -1, -1, -1])
      else
        expect(into.subarray(0, answer * 3).every((number) => Number.isSafeInteger(number) && number >= 0)).toBe(true)
    }),
  )
})
