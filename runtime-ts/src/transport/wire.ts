/**
 * The words that both sides of the HTTP binding use: media types, header names, paths, limits.
 *
 * @module
 */
import type { Grade } from '../engine/types.ts'

export const mediaType = {
  /** One frame of a channel, as the engine lays it out. */
  frame: 'application/vnd.darq.frame',
  /** A row of messages, as `encodeMessages` lays it out. */
  messages: 'application/vnd.darq.messages',
  /** An encoded body or value: what a link carries. In an event stream it stands as base64. */
  value: 'application/vnd.darq.value',
  json: 'application/json',
  lines: 'application/x-ndjson',
  events: 'text/event-stream',
  problem: 'application/problem+json',
} as const

export const header = {
  /** Who enqueues; percent-encoded. */
  producer: 'Darq-Producer',
  /** The sequence of the first message. */
  sequence: 'Darq-Sequence',
  /** What the client has seen that may still be lost; in the answer, what it has now. */
  session: 'Darq-Session',
  /** How certain the answered value is. */
  grade: 'Darq-Grade',
  idempotencyKey: 'Idempotency-Key',
  prefer: 'Prefer',
} as const

/** What a reply other than a stream may weigh, and one line or event of a stream. */
export const reply_bytes_max = 16 * 1024 * 1024
/** A problem description is a few hundred bytes; whatever is far over that is not one. */
export const problem_bytes_max = 64 * 1024
/** A stream that has nothing to say says so this often: only by writing does a server learn that nobody listens any more … */
export const heartbeat_ms = 5_000
/** … and one that has been silent for this long is taken for lost. */
export const silence_ms_max = 20_000

/** One DARQ's place under a base URL. The name is one path segment: its slashes are escaped. */
export function darqUrl(base: string, darq: string): string {
  return `${base}/${encodeURIComponent(darq)}`
}

const grades: readonly string[] = ['accepted', 'durable', 'committed'] satisfies Grade[]

export function isGrade(value: unknown): value is Grade {
  return typeof value === 'string' && grades.includes(value)
}

const chunk_bytes = 0x8000

/** Base64, in pieces: `String.fromCharCode` takes a bounded number of arguments. */
export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += chunk_bytes)
    text += String.fromCharCode(...bytes.subarray(at, at + chunk_bytes))
  return btoa(text)
}

/** @throws {DOMException} if `text` is not base64 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
