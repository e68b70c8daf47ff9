/**
 * How the idiomatic contender turns a commit's objects into bytes: the platform's serializer, then four bytes of checksum.
 *
 * In Node `v8.serialize` (structured clone to bytes) is 1.4 to 18 times faster than JSON with base64 (payloads of 32 B to
 * 16 KiB), so it is used there, with `zlib.crc32`. Browsers and workerd have no structured clone to bytes and no crc32, so
 * there it is JSON with native base64, and the fastest checksum in plain TypeScript at hand.
 *
 * @module
 */
import type { Entry } from './idiomatic-entry.ts'

export interface Serializer {
  /** For the report. */
  readonly name: string
  serialize(entries: readonly Entry[]): Uint8Array<ArrayBuffer>
  /** @throws when the checksum is wrong */
  deserialize(bytes: Uint8Array<ArrayBuffer>): Entry[]
}

const CHECKSUM_BYTES = 4

/** Puts the checksum behind the body. */
export function signed(body: Uint8Array, checksum: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(body.length + CHECKSUM_BYTES)
  bytes.set(body)
  writeChecksum(bytes, checksum)
  return bytes
}

export function writeChecksum(bytes: Uint8Array, checksum: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(bytes.length - CHECKSUM_BYTES, checksum, true)
}

/** @returns the body before the checksum @throws when it is wrong */
export function unsigned(
  bytes: Uint8Array<ArrayBuffer>,
  checksumOf: (body: Uint8Array) => number,
): Uint8Array<ArrayBuffer> {
  const body = bytes.subarray(0, bytes.length - CHECKSUM_BYTES)
  const expected = new DataView(bytes.buffer, bytes.byteOffset).getUint32(body.length, true)
  const got = checksumOf(body)
  if (got !== expected) throw new Error(`checksum: expected ${expected}, got ${got}`)
  return body
}
