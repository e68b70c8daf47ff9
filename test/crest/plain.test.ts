/** @module The codec of plain values and envelopes. */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeEnvelope, encodeEnvelope } from '../../runtime-ts/src/crest/wire/envelope.ts'
import { decodePlain, encodePlain, encodePlainBytes } from '../../runtime-ts/src/crest/wire/plain.ts'
import { DarqError } from '../../runtime-ts/src/error.ts'

const encoder = new TextEncoder()
const key = fc.oneof(fc.string(), fc.constantFrom('$', '$$', '$u', '$$u', '__proto__', 'toJSON', 'constructor', ''))
const leaf = fc.oneof(
  fc.constant(undefined),
  fc.constant(null),
  fc.boolean(),
  fc.double(),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\ud800', '$', '"$"', '\u2028'),
  fc.uint8Array({ maxLength: 40 }),
)
const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  ),
})).value

/** As strict as can be: -0, undefined fields and prototypes count. */
function expectSame(got: unknown, expected: unknown): void {
  expect(isDeepStrictEqual(got, expected), `${JSON.stringify(got)} is not ${JSON.stringify(expected)}`).toBe(true)
}

function bytesOf(value: unknown): Uint8Array {
  const payload = encodePlain(value)
  return typeof payload === 'string' ? encoder.encode(payload) : payload
}

describe('plain values', () => {
  test('come back as they went: bytes at any depth, undefined, every number, every key', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expectSame(decodePlain(bytesOf(value)), value)
        expect(encodePlainBytes(value)).toEqual(bytesOf(value))
      }),
      { numRuns: 1_000 },
    )
  })

  test('of ordinary JSON are its text, and nothing more', () => {
    expect(encodePlain({ a: [1, 'x', null, true] })).toBe('J{"a":[1,"x",null,true]}')
  })

  test('are owned: what was decoded doesn’t change when the bytes do', () => {
    const bytes = bytesOf({ data: Uint8Array.of(1, 2, 3) })
    const value = decodePlain(bytes)
    bytes.fill(0)
    expect(value).toEqual({ data: Uint8Array.of(1, 2, 3) })
  })

  test('are nothing else: functions, bigints, dates, maps, classes, loops', () => {
    const loop: Record<string, unknown> = {}
    loop.self = loop
    class Money {
      cents = 1
    }
    const strange = [() => 1, 1n, Symbol('x'), new Date(), new Map(), new Set(), Promise.resolve(), new Money()]
    for (const value of strange) {
      expect(() => encodePlain({ value })).toThrowError(expect.objectContaining({ code: 'schema' }))
    }
    // It has no end, as what is too deep has none that is near enough.
    expect(() => encodePlain(loop)).toThrowError(expect.objectContaining({ code: 'too_large' }))
  })

  test('refuse every mutilation of their bytes with bad_frame or newer_format, or read as some plain value', () => {
    fc.assert(
      fc.property(plain, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat(), (value, flips, cut) => {
        const bytes = bytesOf(value).slice()
        for (const [at, byte] of flips) if (bytes.length > 0) bytes[at % bytes.length] = byte
        const mutilated = bytes.subarray(0, bytes.length - (cut % (bytes.length + 1)))
        expectPlainOr(mutilated)
      }),
      { numRuns: 2_000 },
    )
    fc.assert(fc.property(fc.uint8Array(), expectPlainOr), { numRuns: 2_000 })
  })

  test('name the format that they can’t read', () => {
    expect(() => decodePlain(Uint8Array.of(0x5a, 1))).toThrowError(expect.objectContaining({ code: 'newer_format' }))
    expect(() => decodePlain(new Uint8Array())).toThrowError(expect.objectContaining({ code: 'bad_frame' }))
    expect(() => decodePlain(encoder.encode('J{"$":"x"}'))).toThrowError(expect.objectContaining({ code: 'bad_frame' }))
    expect(() => decodePlain(encoder.encode('J{"$":"b","at":0,"bytes":1}'))).toThrowError(
      expect.objectContaining({ code: 'bad_frame' }),
    )
  })
})

function expectPlainOr(bytes: Uint8Array): void {
  try {
    const value = decodePlain(bytes)
    expectSame(decodePlain(bytesOf(value)), value)
  } catch (error) {
    expect(error).toBeInstanceOf(DarqError)
    expect(error).toMatchObject({ code: expect.stringMatching(/^(bad_frame|newer_format|schema)$/) })
  }
}

describe('envelopes', () => {
  const name = fc.string({ minLength: 1 })
  const count = fc.nat()
  const text = fc.string()
  const plainly = { noNullPrototype: true } as const
  const envelope = fc.record(
    {
      name,
      body: plain,
      version: count,
      asker: fc.oneof(
        fc.record({ to: text, handler: text, id: text, note: plain, note_version: count }, plainly),
        fc.record({ client: text, id: text, has: fc.array(text, { maxLength: 3 }) }, plainly),
      ),
      echo: fc.record({ id: text, note: plain, note_version: count }, plainly),
      timer: fc.record({ name: text, id: text }, plainly),
    },
    { requiredKeys: ['name', 'body', 'version'], noNullPrototype: true },
  )

  test('come back as they went', () => {
    fc.assert(
      fc.property(envelope, (given) => {
        const payload = encodeEnvelope(given)
        expectSame(decodeEnvelope(typeof payload === 'string' ? encoder.encode(payload) : payload), given)
      }),
      { numRuns: 1_000 },
    )
  })

  test('of a plain message cost its name and its body', () => {
    expect(encodeEnvelope({ name: 'add', body: 1, version: 0 })).toBe('J["add",1]')
  })

  test('refuse what is none', () => {
    for (const value of [
      1,
      [],
      ['add'],
      [1, 1],
      ['', 1],
      ['a', 1, -1],
      ['a', 1, 1, 1],
      ['a', 1, 1, { asker: {} }],
      ['a', 1, 1, {}, 1],
    ]) {
      expect(() => decodeEnvelope(bytesOf(value))).toThrowError(expect.objectContaining({ code: 'bad_frame' }))
    }
  })
})
