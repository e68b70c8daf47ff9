/**
 * What a frame, step or segment must be answered with, read off FORMAT.md and nothing else: slow, and written apart from the
 * cores.
 *
 * @module
 */
import xxhash from 'xxhash-wasm'
import { Kind } from '../../src/core.ts'

const { h32Raw } = await xxhash()
const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER)
const up = (bytes: number) => Math.ceil(bytes / 8) * 8

/** Little-endian bytes from which is read within their length, or not at all. */
class Reader {
  readonly #view: DataView
  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
  get length(): number {
    return this.#view.byteLength
  }
  u8 = (at: number) => this.#view.getUint8(at)
  u16 = (at: number) => this.#view.getUint16(at, true)
  u32 = (at: number) => this.#view.getUint32(at, true)
  u64 = (at: number) => this.#view.getBigUint64(at, true)
  f64 = (at: number) => this.#view.getFloat64(at, true)
  /** Are the bytes in `[from, to)` there, and zero? */
  zero(from: number, to: number): boolean {
    for (let at = from; at < to; at++) if (this.u8(at) !== 0) return false
    return true
  }
  /** Is the u64 one below 2^53? */
  whole(at: number): boolean {
    return this.u64(at) <= SAFE_MAX
  }
}

export interface InRecord {
  readonly end: number
  readonly flags: number
  readonly id: Uint8Array
  readonly first: number
  readonly count: number
  readonly birth_s: number
  readonly payload_bytes_max: number
}

/** The in record at `at`, or why there is none. `stored`: padding and what the core fills in must be right already. */
export function readIn(bytes: Uint8Array, at: number, limit: number, stored: boolean): InRecord | undefined {
  const read = new Reader(bytes)
  if (limit - at < 40) return undefined
  const end = at + read.u32(at)
  const flags = read.u8(at + 5)
  const id_bytes = read.u16(at + 6)
  const count = read.u32(at + 32)
  if (end > limit || read.u32(at) % 8 !== 0 || read.u32(at) > 2 ** 27 || read.u32(at) < 40) return undefined
  if (read.u8(at + 4) !== Kind.in || flags > 2 || id_bytes > 1023) return undefined
  if (count === 0 || read.u32(at + 36) !== 0) return undefined
  if (![8, 16, 24].every((field) => read.whole(at + field))) return undefined
  const first = Number(read.u64(at + 8))
  if (flags === 0 && id_bytes === 0 && first !== 0) return undefined
  if (flags !== 0 && id_bytes === 0) return undefined
  if (flags === 1 && (first !== 0 || count !== 1 || read.u64(at + 24) !== 0n)) return undefined
  if (flags !== 1 && id_bytes > 0 && (first === 0 || first + count > Number.MAX_SAFE_INTEGER)) return undefined
  if (flags !== 0 && (read.u64(at + 16) >= 2n ** 32n || read.u64(at + 24) >= 2n ** 32n)) return undefined
  let message = at + 40 + up(id_bytes)
  if (message >= end || (stored && !read.zero(at + 40 + id_bytes, message))) return undefined
  let payload_bytes_max = 0
  for (let nth = 0; nth < count; nth++) {
    if (message + 8 > end) return undefined
    const message_bytes = read.u32(message)
    if (message_bytes < 8 || message + message_bytes > end || read.u8(message + 4) !== Kind.message) return undefined
    if (stored && read.u32(message + 4) >>> 8 !== (message - at) / 8) return undefined
    const next = message + up(message_bytes)
    if (stored && !read.zero(message + message_bytes, next)) return undefined
    payload_bytes_max = Math.max(payload_bytes_max, message_bytes - 8)
    message = next
  }
  if (message !== end) return undefined
  const id = bytes.slice(at + 40, at + 40 + id_bytes)
  return { end, flags, id, first, count, birth_s: Number(read.u64(at + 24)), payload_bytes_max }
}

export interface Step {
  readonly end: number
  readonly completion: number
  /** Distances back from the completion, in bytes. */
  readonly consumed: readonly number[]
  readonly payload_bytes_max: number
}

/** The step at `at`, or `undefined` where there is none. */
export function readStep(bytes: Uint8Array, at: number, limit: number, stored: boolean): Step | undefined {
  const read = new Reader(bytes)
  let checkpoints = 0
  let payload_bytes_max = 0
  for (let record = at; limit - record >= 8; ) {
    const record_bytes = read.u32(record)
    const kind = read.u8(record + 4)
    const end = record + up(record_bytes)
    if (record_bytes < 8 || end > limit || (stored && !read.zero(record + record_bytes, end))) return undefined
    if (kind === Kind.completion) {
      if (record_bytes < 16 || read.u32(record + 4) !== kind || read.u32(record + 12) !== 0) return undefined
      const count = read.u32(record + 8)
      if (record_bytes !== 16 + 4 * count) return undefined
      const consumed = Array.from({ length: count }, (_, nth) => read.u32(record + 16 + nth * 4) * 8)
      if (consumed.includes(0)) return undefined
      return { end, completion: record, consumed, payload_bytes_max }
    }
    let payload_at = record + 8
    if (kind === Kind.out || kind === Kind.timer) {
      const id_bytes = read.u16(record + 6)
      payload_at = record + 16 + up(id_bytes)
      if (read.u8(record + 5) > 1 || id_bytes === 0 || id_bytes > 1023) return undefined
      if (payload_at > record + record_bytes) return undefined
      if (stored && !read.zero(record + 16 + id_bytes, payload_at)) return undefined
      if (kind === Kind.timer && !Number.isFinite(read.f64(record + 8))) return undefined
      if (stored && kind === Kind.out && (!read.whole(record + 8) || read.u64(record + 8) === 0n)) return undefined
    } else if (kind === Kind.self || kind === Kind.checkpoint) {
      if (read.u32(record + 4) !== kind) return undefined
      if (kind === Kind.checkpoint && ++checkpoints > 1) return undefined
    } else return undefined
    payload_bytes_max = Math.max(payload_bytes_max, record_bytes - (payload_at - record))
    record = end
  }
  return undefined
}

/** The place behind the part of a snapshot at `at`, or `undefined`. */
function readTables(bytes: Uint8Array, at: number, limit: number): number | undefined {
  const read = new Reader(bytes)
  if (limit - at < 16) return undefined
  const end = at + read.u32(at)
  if (read.u32(at) < 16 || end > limit || read.u32(at) > 60_000 || read.u32(at) % 8 !== 0) return undefined
  if (read.u8(at + 5) > 3 || read.u16(at + 6) !== 0) return undefined
  let entry = at + 16
  for (let remaining = read.u32(at + 8); remaining > 0; remaining--) {
    if (end - entry < 16) return undefined
    const table = read.u8(entry)
    const id_bytes = read.u16(entry + 2)
    const next = entry + 16 + up(id_bytes)
    if (table > 2 || read.u8(entry + 1) !== 0 || id_bytes === 0 || id_bytes > 1023 || next > end) return undefined
    if (table === 1 && read.u32(entry + 4) !== 0) return undefined
    if (!read.whole(entry + 8) || read.u64(entry + 8) === 0n) return undefined
    if (!read.zero(entry + 16 + id_bytes, next)) return undefined
    entry = next
  }
  return entry === end ? end : undefined
}

/** Is it a row of whole batches, steps and snapshots? */
function isBody(bytes: Uint8Array, from: number, limit: number): boolean {
  let partial = false
  for (let at = from; at < limit; ) {
    if (limit - at < 8) return false
    const kind = bytes[at + 4]
    let end: number | undefined
    if (kind === Kind.tables) {
      const flags = bytes[at + 5] ?? 0
      end = readTables(bytes, at, limit)
      if (((flags & 1) === 0) !== partial) return false
      partial = (flags & 2) === 0
    } else {
      if (partial) return false
      const step = kind === Kind.in ? undefined : readStep(bytes, at, limit, true)
      end = kind === Kind.in ? readIn(bytes, at, limit, true)?.end : step?.consumed.length === 0 ? undefined : step?.end
    }
    if (end === undefined) return false
    at = end
  }
  return !partial
}

/** What `load` answers a core that is sealed and ends at `end`; `undefined`: it is empty. */
export function loadAnswer(bytes: Uint8Array, end: number | undefined): 'ok' | 'corrupt' | 'newer_format' | 'gap' {
  const read = new Reader(bytes)
  if (bytes.length % 8 !== 0) return 'corrupt'
  let expected = end
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < 32 || read.u32(at) !== 32) return 'corrupt'
    if (read.u8(at + 4) !== Kind.segment || read.u16(at + 6) !== 0xda9c) return 'corrupt'
    if (read.u8(at + 5) > 1) return 'newer_format'
    const body_bytes = read.u32(at + 16)
    if (read.u8(at + 5) !== 1 || !read.whole(at + 8) || read.u64(at + 24) !== 0n) return 'corrupt'
    if (body_bytes === 0 || body_bytes % 8 !== 0 || at + 32 + body_bytes > bytes.length) return 'corrupt'
    const body = bytes.subarray(at + 32, at + 32 + body_bytes)
    if (h32Raw(bytes.subarray(at, at + 20), h32Raw(body, 0)) !== read.u32(at + 20)) return 'corrupt'
    const lsn = Number(read.u64(at + 8))
    if (lsn % 8 !== 0) return 'corrupt'
    if (expected !== undefined && lsn !== expected) return 'gap'
    expected = lsn + 32 + body_bytes
    if (expected > Number.MAX_SAFE_INTEGER || !isBody(bytes, at + 32, at + 32 + body_bytes)) return 'corrupt'
    at += 32 + body_bytes
  }
  return 'ok'
}
