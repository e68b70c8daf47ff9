/**
 * The records' shapes (FORMAT.md), checked before anything is believed.
 *
 * A frame from outside and a record from storage are checked by the same code. They differ in three ways: padding and
 * whatever the core fills in itself is written into a frame, and must already be right in a stored record.
 *
 * @module
 */
import { Kind } from '../core.ts'
import { ID_BYTES_MAX } from '../format.ts'
import { HIGH_WORD_MAX, long, padded, word } from '../word.ts'
import type { Log } from './log.ts'
import { CHANNELS, ENTRY_BYTES, KEYS, TABLES_BYTES, TABLES_PART_BYTES_MAX } from './tables.ts'

export const IN_BYTES = 40
export const OUT_BYTES = 16
export const COMPLETION_BYTES = 16
const PLAIN_BYTES = 8
const IN_BYTES_MAX = 1 << 27
const SEQUENCE_MAX = 2 ** 53 - 1

/** Flags of an in record: its id is an idempotency key; its producer's birth is known. */
export const KEY = 1
export const DATED = 2

/** @returns whether a frame can be this long at all */
export function isFrameLength(bytes: number): boolean {
  return bytes > 0 && bytes % 8 === 0
}

/** Checks records in one log's buffer. What it learns on the way is in its fields until the next check. */
export class Records {
  readonly #log: Log
  /** The largest payload of a message, out, self, timer or checkpoint. */
  payload_bytes_max = 0
  /** Where the step's completion stands. */
  completion = 0

  constructor(log: Log) {
    this.#log = log
  }

  /** The place behind the `in` record at `at`, which must be all in before `limit`; 0 if it is malformed. */
  in(at: number, limit: number, stored: boolean): number {
    const { words } = this.#log
    const index = at >>> 2
    this.payload_bytes_max = 0
    if (limit - at < IN_BYTES + PLAIN_BYTES) return 0
    const bytes = word(words, index)
    const tag = word(words, index + 1)
    const id_bytes = tag >>> 16
    if (bytes > limit - at || (bytes & 7) !== 0 || bytes > IN_BYTES_MAX) return 0
    const flags = (tag >>> 8) & 0xff
    if ((tag & 0xff) !== Kind.in || flags > DATED || id_bytes > ID_BYTES_MAX) return 0
    const head_bytes = IN_BYTES + padded(id_bytes)
    if (head_bytes + PLAIN_BYTES > bytes) return 0

    const count = word(words, index + 8)
    if (count === 0 || word(words, index + 9) !== 0) return 0
    if (!this.#longs(index + 2, 3)) return 0
    const first = long(words, index + 2)
    // Without an id, or with a key, there are no sequences. A key is one message's.
    if (id_bytes === 0 || flags === KEY) {
      if (first !== 0 || (id_bytes === 0) !== (flags === 0)) return 0
      if (flags === KEY && (count !== 1 || long(words, index + 6) !== 0)) return 0
    } else if (first === 0 || first + count > SEQUENCE_MAX) return 0
    if (flags !== 0 && (word(words, index + 5) | word(words, index + 7)) !== 0) return 0
    if (!this.#pad(at + IN_BYTES + id_bytes, stored)) return 0

    const end = at + bytes
    let message = at + head_bytes
    for (let remaining = count; remaining > 0; remaining--) {
      if (message >= end) return 0
      const message_bytes = word(words, message >>> 2)
      const message_tag = word(words, (message >>> 2) + 1)
      if (message_bytes < PLAIN_BYTES || message_bytes > end - message) return 0
      if ((message_tag & 0xff) !== Kind.message) return 0
      if (stored && message_tag >>> 8 !== (message - at) >>> 3) return 0
      if ((message_bytes & 7) !== 0 && !this.#pad(message + message_bytes, stored)) return 0
      if (message_bytes > this.payload_bytes_max) this.payload_bytes_max = message_bytes
      message += padded(message_bytes)
    }
    this.payload_bytes_max -= PLAIN_BYTES
    return message === end ? end : 0
  }

  /** The place behind the step that begins at `at` and must end at `limit` or before; 0 if it is malformed. */
  step(at: number, limit: number, stored: boolean): number {
    const { words } = this.#log
    this.payload_bytes_max = 0
    let record = at
    let checkpoints = false
    while (limit - record >= PLAIN_BYTES) {
      const index = record >>> 2
      const bytes = word(words, index)
      const kind = word(words, index + 1) & 0xff
      if (bytes < PLAIN_BYTES || bytes > limit - record) return 0
      if (!this.#pad(record + bytes, stored)) return 0
      if (kind === Kind.completion) {
        this.completion = record
        return this.#isCompletion(index, bytes) ? record + padded(bytes) : 0
      }
      const payload_bytes =
        kind === Kind.out || kind === Kind.timer ? this.#addressed(index, bytes, stored) : this.#plain(index, bytes)
      if (payload_bytes < 0) return 0
      if (payload_bytes > this.payload_bytes_max) this.payload_bytes_max = payload_bytes
      if (kind === Kind.checkpoint) {
        if (checkpoints) return 0
        checkpoints = true
      }
      record += padded(bytes)
    }
    return 0
  }

  /** The place behind the `tables` record at `at`, which is always a stored one; 0 if it is malformed. */
  tables(at: number, limit: number): number {
    const { words } = this.#log
    const index = at >>> 2
    if (limit - at < TABLES_BYTES) return 0
    const bytes = word(words, index)
    if (bytes < TABLES_BYTES || bytes > limit - at || bytes > TABLES_PART_BYTES_MAX || (bytes & 7) !== 0) return 0
    if (word(words, index + 1) >>> 10 !== 0) return 0
    const end = at + bytes
    let entry = at + TABLES_BYTES
    for (let remaining = word(words, index + 2); remaining > 0; remaining--) {
      if (end - entry < ENTRY_BYTES) return 0
      const tag = word(words, entry >>> 2)
      const id_bytes = tag >>> 16
      if ((tag & 0xffff) > KEYS || id_bytes === 0 || id_bytes > ID_BYTES_MAX) return 0
      if ((tag & 0xff) === CHANNELS && word(words, (entry >>> 2) + 1) !== 0) return 0
      if (!this.#longs((entry >>> 2) + 2, 1)) return 0
      if (long(words, (entry >>> 2) + 2) === 0) return 0
      if (ENTRY_BYTES + padded(id_bytes) > end - entry) return 0
      if (!this.#pad(entry + ENTRY_BYTES + id_bytes, true)) return 0
      entry += ENTRY_BYTES + padded(id_bytes)
    }
    return entry === end ? end : 0
  }

  /** Payload bytes of the out or timer at word `index`; -1 if it is malformed. */
  #addressed(index: number, bytes: number, stored: boolean): number {
    const { words } = this.#log
    const tag = word(words, index + 1)
    const id_bytes = tag >>> 16
    if (((tag >>> 8) & 0xff) > 1 || id_bytes === 0 || id_bytes > ID_BYTES_MAX) return -1
    const head_bytes = OUT_BYTES + padded(id_bytes)
    if (head_bytes > bytes || !this.#pad((index << 2) + OUT_BYTES + id_bytes, stored)) return -1
    if ((tag & 0xff) === Kind.timer) {
      // An infinity or not-a-number has all bits of the exponent set.
      if ((word(words, index + 3) & 0x7ff00000) === 0x7ff00000) return -1
    } else if (stored) {
      if (!this.#longs(index + 2, 1) || long(words, index + 2) === 0) return -1
    }
    return bytes - head_bytes
  }

  /** Payload bytes of the self or checkpoint at word `index`; -1 if it is neither. */
  #plain(index: number, bytes: number): number {
    const tag = word(this.#log.words, index + 1)
    return tag === Kind.self || tag === Kind.checkpoint ? bytes - PLAIN_BYTES : -1
  }

  #isCompletion(index: number, bytes: number): boolean {
    const { words } = this.#log
    if (bytes < COMPLETION_BYTES || word(words, index + 1) !== Kind.completion) return false
    const count = word(words, index + 2)
    if (word(words, index + 3) !== 0 || bytes !== COMPLETION_BYTES + count * 4) return false
    for (let nth = 0; nth < count; nth++) {
      if (word(words, index + 4 + nth) === 0) return false
    }
    return true
  }

  /** Are the `count` u64s from word `index` on all below 2^53? */
  #longs(index: number, count: number): boolean {
    const { words } = this.#log
    for (let nth = 0; nth < count; nth++) {
      if (word(words, index + 2 * nth + 1) > HIGH_WORD_MAX) return false
    }
    return true
  }

  /** Zeroes what is left of the 8 bytes that `at` stands in, if it is inside; in a stored record it must be zero. */
  #pad(at: number, stored: boolean): boolean {
    if ((at & 7) === 0) return true
    const { bytes } = this.#log
    for (let byte = at; (byte & 7) !== 0; byte++) {
      if (!stored) bytes[byte] = 0
      else if (bytes[byte] !== 0) return false
    }
    return true
  }
}
