/**
 * A vector as bytes, for frames and commit headers (FORMAT.md, "vector").
 *
 * Written in TypeScript alone, for both cores: these bytes stand in JavaScript's memory when they come and where they go, and
 * copying them into Wasm would cost more than reading them.
 *
 * @module
 */
import { HIGH_WORD_MAX } from './word.ts'

const HEADER_BYTES = 8
const ENTRY_BYTES = 24
const TWO_TO_32 = 0x1_0000_0000

/** Bytes that a vector of `count` entries takes. */
export function vectorBytes(count: number): number {
  return HEADER_BYTES + count * ENTRY_BYTES
}

/**
 * Writes the first `count` entries (host, epoch, version, as in {@link Vectors.entries}) to `target`.
 *
 * @returns the bytes that were written: `vectorBytes(count)`
 * @throws {RangeError} `target` is too short
 */
export function encodeVector(entries: Float64Array, count: number, target: Uint8Array): number {
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength)
  view.setUint32(0, count, true)
  view.setUint32(4, 0, true)
  for (let nth = 0; nth < count * 3; nth++) putWhole(view, HEADER_BYTES + nth * 8, entries[nth] ?? 0)
  return vectorBytes(count)
}

/**
 * Reads the vector that `source` starts with into `entries`. Its hosts are the writer's numbers, all below `hosts_max`: an index
 * into the names that came with it, to be replaced by one's own numbers.
 *
 * @returns how many entries; or, with nothing written: `bad_vector`: it is cut off, or breaks the format; `too_large`: it has
 * more entries than `entries` has room for
 */
export function decodeVector(
  source: Uint8Array,
  entries: Float64Array,
  hosts_max: number,
): number | 'bad_vector' | 'too_large' {
  if (source.byteLength < HEADER_BYTES) return 'bad_vector'
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength)
  const count = view.getUint32(0, true)
  if (view.getUint32(4, true) !== 0 || vectorBytes(count) > source.byteLength) return 'bad_vector'
  if (count * 3 > entries.length) return 'too_large'
  const end = vectorBytes(count)
  for (let at = HEADER_BYTES; at < end; at += 8) {
    if (view.getUint32(at + 4, true) > HIGH_WORD_MAX) return 'bad_vector'
  }
  for (let at = HEADER_BYTES; at < end; at += ENTRY_BYTES) if (whole(view, at) >= hosts_max) return 'bad_vector'
  for (let nth = 0; nth < count * 3; nth++) entries[nth] = whole(view, HEADER_BYTES + nth * 8)
  return count
}

function whole(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * TWO_TO_32 + view.getUint32(at, true)
}

function putWhole(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % TWO_TO_32, true)
  view.setUint32(at + 4, value / TWO_TO_32, true)
}
