/**
 * XXH32, the 32-bit checksum of Yann Collet's xxHash (specification 0.1.1), as LZ4 frames use it.
 *
 * @module
 */
import { word } from './word.ts'

const PRIME_1 = 0x9e3779b1
const PRIME_2 = 0x85ebca77
const PRIME_3 = 0xc2b2ae3d
const PRIME_4 = 0x27d4eb2f
const PRIME_5 = 0x165667b1

const scratch = new Uint32Array(16)

/**
 * Hashes bytes that may stand anywhere. Bytes at a multiple of 4 in their buffer are read in place, others copied first.
 *
 * @returns the hash as an unsigned 32-bit number
 */
export function xxh32(bytes: Uint8Array, seed = 0): number {
  const { byteLength, byteOffset } = bytes
  if (byteOffset % 4 === 0 && byteLength % 4 === 0) {
    return xxh32Words(new Uint32Array(bytes.buffer, byteOffset, byteLength / 4), 0, byteLength, seed)
  }
  const words = byteLength <= scratch.byteLength ? scratch : new Uint32Array((byteLength + 3) >> 2)
  new Uint8Array(words.buffer).set(bytes)
  return xxh32Words(words, 0, byteLength, seed)
}

/**
 * Hashes `bytes` bytes that start at word `first`. What follows them up to the next multiple of 4 must be readable, and is
 * not hashed.
 */
export function xxh32Words(words: Uint32Array, first: number, bytes: number, seed: number): number {
  const whole = first + (bytes >>> 2)
  let at = first
  let hash: number
  if (bytes >= 16) {
    let lane1 = (seed + PRIME_1 + PRIME_2) | 0
    let lane2 = (seed + PRIME_2) | 0
    let lane3 = seed | 0
    let lane4 = (seed - PRIME_1) | 0
    for (const last = whole - 4; at <= last; at += 4) {
      lane1 = Math.imul(rotate(lane1 + Math.imul(word(words, at), PRIME_2), 13), PRIME_1)
      lane2 = Math.imul(rotate(lane2 + Math.imul(word(words, at + 1), PRIME_2), 13), PRIME_1)
      lane3 = Math.imul(rotate(lane3 + Math.imul(word(words, at + 2), PRIME_2), 13), PRIME_1)
      lane4 = Math.imul(rotate(lane4 + Math.imul(word(words, at + 3), PRIME_2), 13), PRIME_1)
    }
    hash = rotate(lane1, 1) + rotate(lane2, 7) + rotate(lane3, 12) + rotate(lane4, 18)
  } else {
    hash = seed + PRIME_5
  }
  hash = (hash + bytes) | 0
  for (; at < whole; at++) hash = xxh32Mix(hash, word(words, at))
  if ((bytes & 3) !== 0) {
    const tail = word(words, whole)
    for (let shift = 0; shift < (bytes & 3) * 8; shift += 8) {
      hash = Math.imul(rotate(hash + Math.imul((tail >>> shift) & 0xff, PRIME_5), 11), PRIME_1)
    }
  }
  return xxh32End(hash)
}

/** XXH32's round for one word of the tail. */
export function xxh32Mix(hash: number, value: number): number {
  return Math.imul(rotate(hash + Math.imul(value, PRIME_3), 17), PRIME_4)
}

/** XXH32's avalanche. */
export function xxh32End(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 15), PRIME_2)
  mixed = Math.imul(mixed ^ (mixed >>> 13), PRIME_3)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
