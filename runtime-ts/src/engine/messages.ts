/**
 * A row of messages as it crosses a boundary: each as FORMAT.md lays out a `message`, so that a core can take it as it is.
 *
 * @module
 */
import { Kind } from '@darq/core'
import { padded } from './byte-codec.ts'
import type { Payload } from './types.ts'

const encoder = new TextEncoder()
export const message_header_bytes = 8

/** Lays messages out one behind the other. @returns bytes whose length is a multiple of 8 */
export function encodeMessages(payloads: readonly Payload[]): Uint8Array {
  const encoded = payloads.map((payload) => (typeof payload === 'string' ? encoder.encode(payload) : payload))
  let total = 0
  for (const payload of encoded) total += padded(message_header_bytes + payload.length)
  const bytes = new Uint8Array(total)
  let at = 0
  for (const payload of encoded) at = writeMessage(bytes, at, payload)
  return bytes
}

/** Writes one message at `at`. @returns where the next one goes */
export function writeMessage(bytes: Uint8Array, at: number, payload: Uint8Array): number {
  const size = message_header_bytes + payload.length
  bytes[at] = size & 255
  bytes[at + 1] = (size >>> 8) & 255
  bytes[at + 2] = (size >>> 16) & 255
  bytes[at + 3] = size >>> 24
  bytes[at + 4] = Kind.message
  bytes.set(payload, at + message_header_bytes)
  return at + padded(size)
}

/**
 * @returns how many messages stand in `bytes`, or a sentence that says why it is not a row of messages
 */
export function countMessages(bytes: Uint8Array): number | string {
  if (bytes.length % 8 !== 0) return `messages take a multiple of 8 bytes, not ${bytes.length}`
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let count = 0
  for (let at = 0; at < bytes.length; count += 1) {
    const size = view.getUint32(at, true)
    if (size < message_header_bytes) return `message ${count} at byte ${at} says it has ${size} bytes; its header has 8`
    if (at + size > bytes.length)
      return `message ${count} at byte ${at} says it has ${size} bytes, but ${bytes.length - at} are left`
    if (view.getUint8(at + 4) !== Kind.message)
      return `message ${count} at byte ${at} is of kind ${view.getUint8(at + 4)}, not ${Kind.message}`
    at += padded(size)
  }
  return count
}

/** @returns the payloads, as views of `bytes`. For bytes that `countMessages` has found good. */
export function* decodeMessages(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < bytes.length; ) {
    const size = view.getUint32(at, true)
    yield bytes.subarray(at + message_header_bytes, at + size)
    at += padded(size)
  }
}
