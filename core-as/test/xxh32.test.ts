import { describe, expect, test } from 'vitest'
import xxhash from 'xxhash-wasm'
import { compile } from '../src/wasm-source.ts'
import { xxh32 } from '../src/xxh32.ts'
import { text } from './frames.ts'

const reference = await xxhash()
const instance = new WebAssembly.Instance(await compile())
const { memory, xxh32: inPlace } = instance.exports as {
  memory: WebAssembly.Memory
  xxh32(from: number, bytes: number, seed: number): number
}

/** The hash of core.wasm, over bytes in its own memory. */
function inWasm(bytes: Uint8Array, seed: number, from = 16384): number {
  const missing = from + bytes.length - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / 65536))
  new Uint8Array(memory.buffer).set(bytes, from)
  return inPlace(from, bytes.length, seed) >>> 0
}

/** The buffer that xxHash's own sanity check hashes. */
function sanityBuffer(length: number): Uint8Array {
  const buffer = new Uint8Array(length)
  let generator = 2654435761
  for (let index = 0; index < length; index++) {
    buffer[index] = generator >>> 24
    generator = Math.imul(generator, generator) >>> 0
  }
  return buffer
}

const PRIME = 2654435761
const published: readonly [bytes: Uint8Array, seed: number, hash: number][] = [
  [new Uint8Array(0), 0, 0x02cc5d05],
  [new Uint8Array(0), PRIME, 0x36b78ae7],
  [sanityBuffer(1), 0, 0xb85cbee5],
  [sanityBuffer(1), PRIME, 0xd5845d64],
  [sanityBuffer(14), 0, 0xe5aa0ab4],
  [sanityBuffer(14), PRIME, 0x4481951d],
  [sanityBuffer(101), 0, 0x1f1aa412],
  [sanityBuffer(101), PRIME, 0x498ec8e2],
  [text('abc'), 0, 0x32d153ff],
]

function random(length: number, seed: number): Uint8Array {
  let state = seed | 1
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return state >>> 24
  })
}

describe.each([
  ['twin', xxh32],
  ['wasm', inWasm],
])('xxh32 of %s', (_, hash) => {
  test.each(published)('gives the published hash of %#', (bytes, seed, expected) => {
    expect(hash(bytes, seed)).toBe(expected)
  })

  test('agrees with xxhash-wasm on every length from 0 to 4 KiB', () => {
    for (let length = 0; length <= 4096; length++) {
      const bytes = random(length, length + 1)
      if (hash(bytes, length) !== reference.h32Raw(bytes, length)) expect.fail(`length ${length}`)
    }
  })

  test('agrees with xxhash-wasm on 1 MiB', () => {
    const bytes = random(1 << 20, 99)
    expect(hash(bytes, 7)).toBe(reference.h32Raw(bytes, 7))
  })
})

test('bytes may stand anywhere in their buffer', () => {
  const bytes = random(1000, 5)
  for (let offset = 0; offset < 8; offset++) {
    const moved = new Uint8Array(1008)
    moved.set(bytes, offset)
    expect(xxh32(moved.subarray(offset, offset + 1000), 1)).toBe(reference.h32Raw(bytes, 1))
  }
})
