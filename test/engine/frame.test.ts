import { DarqError, encodeMessages } from '@darq/runtime/engine'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CommitWriter, decodeCommit } from '../../runtime-ts/src/engine/commit-value.ts'
import { decodeFrame, encodeFrame, type Frame } from '../../runtime-ts/src/engine/frame.ts'
import { Lineage } from '../../runtime-ts/src/engine/lineage.ts'
import type { Epoch, Version } from '../../runtime-ts/src/engine/types.ts'
import { seeded } from './world.ts'

const epoch = (number: number) => number as Epoch
const version = (number: number) => number as Version
const lineage = Lineage.empty.extended(epoch(5), version(1)).extended(epoch(9), version(4))

const data: Frame = {
  type: 'data',
  host: 'a#g1',
  epoch: epoch(9),
  lineage,
  durable: version(3),
  settled: version(3),
  from: 'flights',
  to: 'totals',
  addressee: 'b#g2',
  first: 7,
  version: version(4),
  dependencies: [{ host: 'c#g3', epoch: epoch(5), version: version(17) }],
  messages: encodeMessages(['one', 'two', '']),
  count: 3,
}
const ack: Frame = {
  type: 'ack',
  host: 'b#g2',
  epoch: epoch(11),
  lineage,
  durable: version(3),
  settled: version(2),
  from: 'totals',
  to: 'flights',
  addressee: 'a#g1',
  echo: epoch(9),
  answers: 10,
  expected: 10,
  committed: 8,
}
const ask: Frame = {
  type: 'ask',
  host: 'a#g1',
  epoch: epoch(9),
  lineage,
  durable: version(3),
  settled: version(0),
  addressee: 'c#g3',
  states: [
    { epoch: epoch(5), version: version(17) },
    { epoch: epoch(6), version: version(18) },
  ],
}
const told: Frame = {
  type: 'told',
  host: 'c#g3',
  epoch: epoch(6),
  lineage,
  durable: version(20),
  settled: version(19),
  addressee: 'a#g1',
}
const limit = 1 << 20

function refusal(bytes: Uint8Array, bytes_max = limit): string {
  try {
    decodeFrame(bytes, bytes_max)
  } catch (error) {
    if (error instanceof DarqError) return error.code
    throw error
  }
  return 'taken'
}

/** Changes one byte and makes the checksum right again, so that what is behind it is tried too. */
async function resealed(bytes: Uint8Array): Promise<Uint8Array> {
  const { xxh32 } = await import('@darq/core')
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(8, xxh32(bytes.subarray(12)), true)
  return bytes
}

describe('a frame', () => {
  for (const frame of [data, ack, ask, told])
    test(`carries ${frame.type} whole`, () => {
      const decoded = decodeFrame(encodeFrame(frame), limit)
      expect(decoded).toEqual(frame)
    })

  test('that is truncated anywhere is refused', () => {
    const bytes = encodeFrame(data)
    for (let length = 0; length < bytes.length; length += 1)
      expect(refusal(bytes.subarray(0, length))).toBe('bad_frame')
  })

  test('that is too large is refused before it is read', () => {
    expect(refusal(encodeFrame(data), 50)).toBe('too_large')
  })

  test('of an unknown format version is refused by a name of its own', () => {
    const bytes = encodeFrame(data)
    bytes[2] = 3
    expect(refusal(bytes)).toBe('newer_format')
    bytes[2] = 1
    expect(refusal(bytes)).toBe('older_format')
  })

  test('with any bit flipped is refused', () => {
    for (const frame of [data, ack, ask, told]) {
      const bytes = encodeFrame(frame)
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const flipped = bytes.slice()
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(refusal(flipped)).not.toBe('taken')
      }
    }
  })

  test('of hostile bytes with a right checksum is decoded or refused, and never breaks the decoder', async () => {
    const random = seeded(7)
    let taken = 0
    for (let round = 0; round < 20_000; round += 1) {
      const bytes = encodeFrame(round % 2 === 0 ? data : ack)
      for (let i = 0; i <= round % 3; i += 1) bytes[16 + Math.floor(random() * (bytes.length - 16))] = random() * 256
      if (refusal(await resealed(bytes)) === 'taken') taken += 1
    }
    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThan(20_000)
  })

  test('of random bytes is refused', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => refusal(bytes) !== 'taken'))
  })
})

describe('a commit value', () => {
  const dependencies = [{ host: 'b#g2', epoch: epoch(7), version: version(12) }]
  const header = { epoch: epoch(9), committed: version(3) }

  test('carries its parts whole', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            name: fc.string({ minLength: 1, maxLength: 100 }),
            whole: fc.boolean(),
            bytes: fc.uint8Array({ maxLength: 500 }),
          }),
          { maxLength: 20 },
        ),
        (parts) => {
          const writer = new CommitWriter(header, 0)
          writer.version(version(4), dependencies)
          writer.add({ name: 'd', whole: false, bytes: new Uint8Array(3) })
          writer.version(version(5), [])
          for (const part of parts) writer.add(part)
          const decoded = decodeCommit(writer.done())
          expect(decoded).toMatchObject(header)
          expect(decoded.versions.map(({ version }) => version)).toEqual([4, 5])
          expect(decoded.versions[0]?.dependencies).toEqual(dependencies)
          expect(decoded.versions[0]?.parts).toHaveLength(1)
          expect(
            (decoded.versions[1]?.parts ?? []).map(({ name, whole, bytes }) => ({ name, whole, bytes: [...bytes] })),
          ).toEqual(parts.map(({ name, whole, bytes }) => ({ name, whole, bytes: [...bytes] })))
        },
      ),
    )
  })

  test('of hostile bytes is refused as corrupt, or decoded, and never breaks the decoder', () => {
    const writer = new CommitWriter(header, 0)
    writer.version(version(4), dependencies)
    writer.add({ name: 'd', whole: false, bytes: new Uint8Array(40) })
    const good = writer.done()
    const random = seeded(3)
    for (let round = 0; round < 20_000; round += 1) {
      const bytes = good.slice(0, round % 5 === 0 ? Math.floor(random() * good.length) : good.length)
      for (let i = 0; i < 3 && bytes.length > 0; i += 1) bytes[Math.floor(random() * bytes.length)] = random() * 256
      try {
        decodeCommit(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(DarqError)
      }
    }
  })
})

test('a frame carries nothing of the frames before it', () => {
  const first = encodeFrame(data)
  for (const other of [1, 2, 3, 4, 5, 6, 7, 8])
    encodeFrame({ ...data, dependencies: [], from: 'x'.repeat(40 + other), messages: new Uint8Array(64).fill(0xff) })
  expect(encodeFrame(data)).toEqual(first)
})
