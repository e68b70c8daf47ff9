/**
 * Frames (core-as/FORMAT.md), written straight to where the core reads them.
 *
 * @module
 */
import { Kind } from '@darq/core'

const IN_BYTES = 40
const MESSAGE_BYTES = 8
const OUT_BYTES = 16
const COMPLETION_BYTES = 16
const TWO_TO_32 = 2 ** 32

/** Where a frame is written: the same memory twice. */
export interface Memory {
  readonly bytes: Uint8Array
  readonly words: Uint32Array
}

function padded(bytes: number): number {
  return (bytes + 7) & ~7
}

/** Bytes of the `in` frame of these messages. */
export function batchBytes(id: Uint8Array, payloads: readonly Uint8Array[]): number {
  let bytes = IN_BYTES + padded(id.length)
  for (const payload of payloads) bytes += MESSAGE_BYTES + padded(payload.length)
  return bytes
}

/** Writes the `in` frame of `frame_bytes` at offset `at`, a multiple of 8. */
export function writeBatch(
  { bytes, words }: Memory,
  at: number,
  frame_bytes: number,
  id: Uint8Array,
  first: number,
  payloads: readonly Uint8Array[],
): void {
  const index = at >>> 2
  words.fill(0, index, index + IN_BYTES / 4)
  words[index] = frame_bytes
  words[index + 1] = Kind.in | (id.length << 16)
  setFirst(words, index, first)
  words[index + 8] = payloads.length
  bytes.set(id, at + IN_BYTES)
  let message = at + IN_BYTES + padded(id.length)
  for (const payload of payloads) {
    words[message >>> 2] = MESSAGE_BYTES + payload.length
    words[(message >>> 2) + 1] = Kind.message
    bytes.set(payload, message + MESSAGE_BYTES)
    message += MESSAGE_BYTES + padded(payload.length)
  }
}

/** Where the payload of a message, self or out begins in its record, whose second word is `tag`. */
export function payloadOffset(tag: number): number {
  return (tag & 0xff) === Kind.out ? OUT_BYTES + padded(tag >>> 16) : MESSAGE_BYTES
}

/** Numbers the batch whose frame begins at word `index`. */
export function setFirst(words: Uint32Array, index: number, first: number): void {
  words[index + 2] = first
  words[index + 3] = first / TWO_TO_32
}

/** Bytes of a step that consumes one, sends one and remembers one. */
export function stepBytes(to: Uint8Array, sent: Uint8Array, remembered: Uint8Array): number {
  const out = OUT_BYTES + padded(to.length) + padded(sent.length)
  return out + MESSAGE_BYTES + padded(remembered.length) + padded(COMPLETION_BYTES + 4)
}

/** Writes that step at offset `at`, where its first byte has the LSN `lsn`. */
export function writeStep(
  { bytes, words }: Memory,
  at: number,
  lsn: number,
  consumed: number,
  to: Uint8Array,
  sent: Uint8Array,
  remembered: Uint8Array,
): void {
  const out = at >>> 2
  words[out] = OUT_BYTES + padded(to.length) + sent.length
  words[out + 1] = Kind.out | (to.length << 16)
  bytes.set(to, at + OUT_BYTES)
  bytes.set(sent, at + OUT_BYTES + padded(to.length))

  const self = at + OUT_BYTES + padded(to.length) + padded(sent.length)
  words[self >>> 2] = MESSAGE_BYTES + remembered.length
  words[(self >>> 2) + 1] = Kind.self
  bytes.set(remembered, self + MESSAGE_BYTES)

  const completion = self + MESSAGE_BYTES + padded(remembered.length)
  writeCompletion(words, completion >>> 2, 1)
  words[(completion + COMPLETION_BYTES) >>> 2] = (lsn + (completion - at) - consumed) / 8
}

/** Bytes of a completion alone, which consumes `count` items. */
export function completionBytes(count: number): number {
  return padded(COMPLETION_BYTES + count * 4)
}

/** Writes a completion at word `index`; the distances go behind it, from `index + 4`. */
export function writeCompletion(words: Uint32Array, index: number, count: number): void {
  words[index] = COMPLETION_BYTES + count * 4
  words[index + 1] = Kind.completion
  words[index + 2] = count
  words[index + 3] = 0
}
