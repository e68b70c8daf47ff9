/**
 * A row of messages as it crosses a boundary: each as FORMAT.md lays out a `message`, so that a core can take it as it is.
 *
 * @module
 */
import { Kind } from '@darq/core'
import { utf8 } from '../text.ts'
import { padded } from './byte-codec.ts'
import type { Payload } from './types.ts'

const encoder = new TextEncoder()
export const message_header_bytes = 8

/** Lays messages out one behind the other. @returns bytes whose length is a multiple of 8 */
export function encodeMessages(payloads: readonly Payload[]): Uint8Array {
  // Text is mostly ASCII, and then takes a byte a character: it needs no encoding of its own.
  let total = 0
  for (const payload of payloads) total += padded(message_header_bytes + payload.length)
  const bytes = new Uint8Array(total)
  let at = 0
  for (const payload of payloads) {
    if (typeof payload !== 'string') bytes.set(payload, at + message_header_bytes)
    else if (!writeAscii(bytes, at + message_header_bytes, payload)) return encodeMessages(payloads.map(inBytes))
    at = writeHeader(bytes, at, payload.length)
  }
  return bytes
}

function inBytes(payload: Payload): Uint8Array {
  return typeof payload === 'string' ? utf8('a payload', payload) : payload
}

const by_hand_max = 256

/** Short text is quicker by hand than by `encodeInto`, which needs a view each time. @returns whether it is ASCII */
function writeAscii(bytes: Uint8Array, at: number, text: string): boolean {
  if (text.length > by_hand_max) {
    const { read, written } = encoder.encodeInto(text, bytes.subarray(at, at + text.length))
    return read === text.length && written === text.length
  }
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (code > 127) return false
    bytes[at + i] = code
  }
  return true
}

/** Writes one message at `at`. @returns where the next one goes */
export function writeMessage(bytes: Uint8Array, at: number, payload: Uint8Array): number {
  bytes.set(payload, at + message_header_bytes)
  return writeHeader(bytes, at, payload.length)
}

function writeHeader(bytes: Uint8Array, at: number, payload_bytes: number): number {
  const size = message_header_bytes + payload_bytes
  bytes[at] = size & 255
  bytes[at + 1] = (size >>> 8) & 255
  bytes[at + 2] = (size >>> 16) & 255
  bytes[at + 3] = size >>> 24
  bytes[at + 4] = Kind.message
  return at + padded(size)
}

/**
 * @returns how many messages stand in `bytes`, or a sentence that says why it is not a row of messages
 */
export function countMessages(bytes: Uint8Array): number | string {
  if (bytes.length % 8 !== 0) return `messages take a multiple of 8 bytes, not ${bytes.length}`
  let count = 0
  for (let at = 0; at < bytes.length; count += 1) {
    const size = sizeAt(bytes, at)
    if (size < message_header_bytes) return `message ${count} at byte ${at} says it has ${size} bytes; its header has 8`
    if (at + size > bytes.length)
      return `message ${count} at byte ${at} says it has ${size} bytes, but ${bytes.length - at} are left`
    if (bytes[at + 4] !== Kind.message)
      return `message ${count} at byte ${at} is of kind ${bytes[at + 4]}, not ${Kind.message}`
    at += padded(size)
  }
  return count
}

/** @returns the payloads, as views of `bytes`. For bytes that `countMessages` has found good. */
export function* decodeMessages(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const size = sizeAt(bytes, at)
    yield bytes.subarray(at + message_header_bytes, at + size)
    at += padded(size)
  }
}

/** By hand: quicker than a view made for one number. */
function sizeAt(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)
  return low + (bytes[at + 3] ?? 0) * 2 ** 24
}
