/**
 * HalfSipHash-1-3 (Aumasson & Bernstein; the variant that Linux uses for hash tables): strangers choose producer ids, and
 * without the key they can't choose collisions.
 *
 * @module
 */
import { word } from '../word.ts'

/**
 * Hashes an id that is padded with zeros to whole words, then its length and table, which makes the input unambiguous.
 *
 * @param ending `id_bytes` in the high half, the table in the low byte
 * @returns a signed 32-bit number
 */
export function keyedHash(
  key0: number,
  key1: number,
  words: Uint32Array,
  first: number,
  count: number,
  ending: number,
): number {
  let v0 = key0
  let v1 = key1
  let v2 = 0x6c796765 ^ key0
  let v3 = 0x74656462 ^ key1
  const last = first + count
  for (let at = first; at <= last + 3; at++) {
    const value = at < last ? word(words, at) : at === last ? ending : 0
    if (at === last + 1) v2 ^= 0xff
    v3 ^= value
    v0 = (v0 + v1) | 0
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
    v0 = (v0 << 16) | (v0 >>> 16)
    v2 = (v2 + v3) | 0
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
    v0 = (v0 + v3) | 0
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
    v2 = (v2 + v1) | 0
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
    v2 = (v2 << 16) | (v2 >>> 16)
    v0 ^= value
  }
  return v1 ^ v3
}
