import { xxh32 } from '@darq/core'
import { DarqError, type Incarnation, type Lsn } from '@darq/runtime/engine'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeFrame, encodeFrame } from '../../runtime-ts/src/processor/frame.ts'
import { type ProtocolMessage, protocolMessageTypes } from '../../runtime-ts/src/processor/protocol-message.ts'

const limit = 1 << 20
const lsn = fc.integer({ min: 0, max: 2 ** 50 - 1 }).map((number) => (number * 8) as Lsn)
const whole = fc.maxSafeNat()
const step = fc.integer({ min: 1, max: 2 ** 40 })
const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const name = fc.string({ unit: 'grapheme', maxLength: 30 })
const bytes = fc.uint8Array({ maxLength: 60 })
const error = fc.oneof(
  fc.record({ code: fc.constantFrom('conflict', 'fenced', 'app:no'), message: name, retryable: fc.boolean() }),
  fc.record({
    code: fc.constant('gap'),
    message: name,
    retryable: fc.boolean(),
    facts: fc.record({ expected: whole, got: bytes }),
  }),
)
const grades = { durable: lsn, committed: lsn }
const payload = { lsn, bytes }
const out = fc.oneof(
  fc.record({ to: name, bytes }),
  fc.record({ to: name, bytes, due_ms: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
  fc.record({ to: name, bytes, gate: fc.constant('committed') }),
)
const reference = fc.oneof(lsn, fc.record({ step, part: fc.constantFrom('remembered', 'sent'), index: u32 }))

/** One arbitrary for each type of message: a type without one would not compile. */
const messages: { readonly [T in ProtocolMessage['type']]: fc.Arbitrary<unknown> } = {
  hello: fc.record({ type: fc.constant('hello'), session: name, window: fc.record({ bytes: u32, messages: u32 }) }),
  step: fc.record({
    type: fc.constant('step'),
    step,
    consume: fc.array(reference),
    send: fc.array(out),
    remember: fc.array(bytes),
    checkpoint: fc.option(bytes, { nil: undefined }),
  }),
  credit: fc.record({ type: fc.constant('credit'), bytes: whole, messages: whole }),
  leave: fc.record({ type: fc.constant('leave'), error: fc.option(error, { nil: undefined }) }),
  welcome: fc.record({
    type: fc.constant('welcome'),
    session: fc.stringMatching(/^[0-9a-f-]{0,60}$/),
    incarnation: step.map((number) => number as Incarnation),
    darq: name,
    resumed: fc.boolean(),
    ...grades,
  }),
  refused: fc.record({ type: fc.constant('refused'), error }),
  restored: fc.record({
    type: fc.constant('restored'),
    last: fc.boolean(),
    items: fc.array(
      fc.oneof(
        fc.record({ kind: fc.constantFrom('self', 'checkpoint'), ...payload }),
        fc.record({ kind: fc.constant('timer'), to: name, due_ms: fc.double({ noNaN: true }), ...payload }),
      ),
    ),
  }),
  delivered: fc.record({
    type: fc.constant('delivered'),
    messages: fc.array(fc.record({ from: fc.constantFrom('a', 'b', 'host#g/darq'), sequence: whole, ...payload })),
  }),
  accepted: fc.record({
    type: fc.constant('accepted'),
    step,
    completion: lsn,
    remembered: fc.array(lsn),
    sent: fc.array(lsn),
    checkpoint: lsn,
  }),
  rejected: fc.record({ type: fc.constant('rejected'), step, error }),
  grades: fc.record({ type: fc.constant('grades'), ...grades }),
  detached: fc.record({ type: fc.constant('detached'), error }),
  beat: fc.record({ type: fc.constant('beat') }),
}

const anyMessage = fc.oneof(...Object.values(messages)) as fc.Arbitrary<ProtocolMessage>
const frameOf = (message: ProtocolMessage, number = 7, heard = 3) => encodeFrame({ number, heard, message }, limit)

function refusal(frame: Uint8Array, bytes_max = limit): string {
  try {
    decodeFrame(frame, bytes_max)
  } catch (error) {
    if (error instanceof DarqError) return error.code
    throw error
  }
  return 'taken'
}

/** Makes the checksum right again, so that what is behind it is tried too. */
function resealed(frame: Uint8Array): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset)
  view.setUint32(4, frame.length, true)
  view.setUint32(8, xxh32(frame.subarray(12)), true)
  return frame
}

describe('a frame', () => {
  for (const type of protocolMessageTypes)
    test(`carries the message ${type} whole`, () => {
      fc.assert(
        fc.property(messages[type] as fc.Arbitrary<ProtocolMessage>, whole, whole, (message, number, heard) => {
          const size = new TextEncoder().encode('session' in message ? message.session : '').length
          fc.pre(size <= 64)
          expect(decodeFrame(frameOf(message, number, heard), limit)).toEqual({ number, heard, message })
        }),
        { numRuns: 60 },
      )
    })

  test('that is truncated anywhere is refused', () => {
    fc.assert(
      fc.property(anyMessage, fc.double({ min: 0, max: 0.999 }), (message, share) => {
        const frame = frameOf(message)
        fc.pre(refusal(frame) === 'taken')
        expect(refusal(frame.slice(0, Math.floor(frame.length * share)))).toBe('bad_frame')
      }),
    )
  })

  test('with any bit turned over is refused', () => {
    fc.assert(
      fc.property(anyMessage, fc.nat(), (message, at) => {
        const frame = frameOf(message)
        const index = (at >> 3) % frame.length
        frame[index] = (frame[index] ?? 0) ^ (1 << (at & 7))
        expect(['bad_frame', 'newer_format', 'older_format']).toContain(refusal(frame))
      }),
    )
  })

  test('too large is refused by who sends it and by who gets it', () => {
    const message: ProtocolMessage = {
      type: 'step',
      step: 1,
      consume: [],
      send: [],
      remember: [new Uint8Array(500)],
      checkpoint: undefined,
    }
    expect(() => encodeFrame({ number: 1, heard: 0, message }, 400)).toThrow(DarqError)
    expect(refusal(frameOf(message), 400)).toBe('too_large')
  })

  test('of another format version is refused by a name of its own', () => {
    const frame = frameOf({ type: 'beat' })
    frame[2] = 2
    expect(refusal(frame)).toBe('newer_format')
    frame[2] = 0
    expect(refusal(frame)).toBe('older_format')
  })

  test('of a stranger is refused with a typed error, or is a message, whatever stands in it', () => {
    let taken = 0
    fc.assert(
      fc.property(
        anyMessage,
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }),
        fc.uint8Array({ maxLength: 8 }),
        (message, changes, tail) => {
          const frame = new Uint8Array([...frameOf(message), ...tail])
          // Behind the header: the magic and the version have tests of their own.
          for (const [at, value] of changes) frame[12 + (at % (frame.length - 12))] = value
          const outcome = refusal(resealed(frame))
          if (outcome === 'taken') taken += 1
          expect(['bad_frame', 'newer_format', 'taken']).toContain(outcome)
        },
      ),
      { numRuns: 3_000 },
    )
    expect(taken).toBeGreaterThan(0)
  })

  test('that is nothing but noise is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 14 }), (noise, type) => {
        expect(refusal(noise)).toBe('bad_frame')
        const head = frameOf({ type: 'beat' }).slice(0, 32)
        head[12] = type
        const outcome = refusal(resealed(new Uint8Array([...head, ...noise])))
        expect(['bad_frame', 'newer_format', 'taken']).toContain(outcome)
      }),
      { numRuns: 3_000 },
    )
  })

  test('that claims four billion items allocates none of them', () => {
    const frame = frameOf({ type: 'delivered', messages: [] })
    new DataView(frame.buffer).setUint32(32, 0xffffffff, true)
    expect(refusal(resealed(frame))).toBe('bad_frame')
  })
})
