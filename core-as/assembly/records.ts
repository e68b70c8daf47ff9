/** The records' shapes (FORMAT.md), checked before anything is believed. See src/twin/records.ts. */
import { CHANNELS, ENTRY_BYTES, KEYS, TABLES_BYTES, TABLES_PART_BYTES_MAX } from './tables'
import { HIGH_WORD_MAX, Kind, long, padded, word } from './word'

export const IN_BYTES: u32 = 40
export const OUT_BYTES: u32 = 16
export const COMPLETION_BYTES: u32 = 16
const PLAIN_BYTES: u32 = 8
const ID_BYTES_MAX: u32 = 1023
const IN_BYTES_MAX: u32 = 1 << 27
const SEQUENCE_MAX: u64 = (1 << 53) - 1

/** Can a frame be this long at all? */
// @ts-ignore: decorator
@inline
export function isFrameLength(bytes: u32): bool {
  return bytes > 0 && (bytes & 7) == 0
}

/** Flags of an in record: its id is an idempotency key; its producer's birth is known. */
export const KEY: u32 = 1
export const DATED: u32 = 2

// @ts-ignore: decorator
@inline
export function flagsAt(at: usize): u32 {
  return load<u8>(at, 5)
}

export class Records {
  /** The largest payload of a message, out, self, timer or checkpoint. */
  static payload_bytes_max: u32 = 0
  /** Where the step's completion stands. */
  static completion: usize = 0
  /** The entries that the record or step may need in the tables, and the bytes that they would take. */
  static entries: u32 = 0
  static entries_bytes: u32 = 0

  /** The place behind the `in` record at `at`, which must be all in before `limit`; 0 if it is malformed. */
  static in(at: usize, limit: usize, stored: bool): usize {
    Records.payload_bytes_max = 0
    if (<u32>(limit - at) < IN_BYTES + PLAIN_BYTES) return 0
    const bytes = word(at)
    const tag = word(at + 4)
    const id_bytes = tag >> 16
    if (bytes > <u32>(limit - at) || (bytes & 7) != 0 || bytes > IN_BYTES_MAX) return 0
    const flags = flagsAt(at)
    if ((tag & 0xff) != Kind.IN || flags > DATED || id_bytes > ID_BYTES_MAX) return 0
    const head_bytes = IN_BYTES + padded(id_bytes)
    if (head_bytes + PLAIN_BYTES > bytes) return 0

    const count = word(at + 32)
    if (count == 0 || word(at + 36) != 0) return 0
    if (!longs(at + 8, 3)) return 0
    const first = long(at + 8)
    // Without an id, or with a key, there are no sequences. A key is one message's.
    if (id_bytes == 0 || flags == KEY) {
      if (first != 0 || (id_bytes == 0) != (flags == 0) || (flags == KEY && (count != 1 || long(at + 24) != 0))) return 0
    } else if (first == 0 || first + count > SEQUENCE_MAX) return 0
    if (flags != 0 && (word(at + 20) | word(at + 28)) != 0) return 0
    if (!pad(at + IN_BYTES + id_bytes, stored)) return 0
    Records.entries = 1
    Records.entries_bytes = ENTRY_BYTES + padded(id_bytes)

    const end = at + bytes
    let message = at + head_bytes
    let bytes_max: u32 = 0
    for (let remaining = count; remaining > 0; remaining--) {
      if (message >= end) return 0
      const message_bytes = word(message)
      const message_tag = word(message + 4)
      if (message_bytes < PLAIN_BYTES || message_bytes > <u32>(end - message)) return 0
      if ((message_tag & 0xff) != Kind.MESSAGE) return 0
      if (stored && message_tag >> 8 != <u32>(message - at) >> 3) return 0
      if ((message_bytes & 7) != 0 && !pad(message + message_bytes, stored)) return 0
      bytes_max = max(bytes_max, message_bytes)
      message += padded(message_bytes)
    }
    Records.payload_bytes_max = bytes_max - PLAIN_BYTES
    return message == end ? end : 0
  }

  /** The place behind the step that begins at `at` and must end at `limit` or before; 0 if it is malformed. */
  static step(at: usize, limit: usize, stored: bool): usize {
    Records.payload_bytes_max = 0
    Records.entries = 0
    Records.entries_bytes = 0
    let record = at
    let checkpoints = false
    while (<u32>(limit - record) >= PLAIN_BYTES) {
      const bytes = word(record)
      const kind = word(record + 4) & 0xff
      if (bytes < PLAIN_BYTES || bytes > <u32>(limit - record)) return 0
      if (!pad(record + bytes, stored)) return 0
      if (kind == Kind.COMPLETION) {
        Records.completion = record
        return isCompletion(record, bytes) ? record + padded(bytes) : 0
      }
      const payload_bytes =
        kind == Kind.OUT || kind == Kind.TIMER ? addressed(record, bytes, stored) : plain(record, bytes)
      if (payload_bytes < 0) return 0
      Records.payload_bytes_max = max(Records.payload_bytes_max, <u32>payload_bytes)
      if (kind == Kind.CHECKPOINT) {
        if (checkpoints) return 0
        checkpoints = true
      }
      record += padded(bytes)
    }
    return 0
  }

  /** The place behind the `tables` record at `at`, which is always a stored one; 0 if it is malformed. */
  static tables(at: usize, limit: usize): usize {
    if (<u32>(limit - at) < TABLES_BYTES) return 0
    const bytes = word(at)
    if (bytes < TABLES_BYTES || bytes > <u32>(limit - at) || bytes > TABLES_PART_BYTES_MAX || (bytes & 7) != 0) return 0
    if (word(at + 4) >> 10 != 0) return 0
    const end = at + bytes
    let entry = at + TABLES_BYTES
    Records.entries = word(at + 8)
    Records.entries_bytes = bytes
    for (let remaining = word(at + 8); remaining > 0; remaining--) {
      if (<u32>(end - entry) < ENTRY_BYTES) return 0
      const tag = word(entry)
      const id_bytes = tag >> 16
      if ((tag & 0xffff) > KEYS || id_bytes == 0 || id_bytes > ID_BYTES_MAX) return 0
      if (((tag & 0xff) == CHANNELS && word(entry + 4) != 0) || !longs(entry + 8, 1) || long(entry + 8) == 0) return 0
      if (ENTRY_BYTES + padded(id_bytes) > <u32>(end - entry)) return 0
      if (!pad(entry + ENTRY_BYTES + id_bytes, true)) return 0
      entry += ENTRY_BYTES + padded(id_bytes)
    }
    return entry == end ? end : 0
  }
}

/** Payload bytes of the out or timer at `at`; -1 if it is malformed. */
function addressed(at: usize, bytes: u32, stored: bool): i32 {
  const tag = word(at + 4)
  const id_bytes = tag >> 16
  if (((tag >> 8) & 0xff) > 1 || id_bytes == 0 || id_bytes > ID_BYTES_MAX) return -1
  const head_bytes = OUT_BYTES + padded(id_bytes)
  if (head_bytes > bytes || !pad(at + OUT_BYTES + id_bytes, stored)) return -1
  if ((tag & 0xff) == Kind.TIMER) {
    // An infinity or not-a-number has all bits of the exponent set.
    if ((word(at + 12) & 0x7ff00000) == 0x7ff00000) return -1
  } else {
    if (stored && (!longs(at + 8, 1) || long(at + 8) == 0)) return -1
    Records.entries++
    Records.entries_bytes += ENTRY_BYTES + head_bytes - OUT_BYTES
  }
  return bytes - head_bytes
}

/** Payload bytes of the self or checkpoint at `at`; -1 if it is neither. */
function plain(at: usize, bytes: u32): i32 {
  const tag = word(at + 4)
  return tag == Kind.SELF || tag == Kind.CHECKPOINT ? bytes - PLAIN_BYTES : -1
}

function isCompletion(at: usize, bytes: u32): bool {
  if (bytes < COMPLETION_BYTES || word(at + 4) != Kind.COMPLETION) return false
  const count = word(at + 8)
  if (word(at + 12) != 0 || <u64>bytes != <u64>COMPLETION_BYTES + <u64>count * 4) return false
  for (let distance = at + COMPLETION_BYTES, end = at + bytes; distance < end; distance += 4) {
    if (word(distance) == 0) return false
  }
  return true
}

/** Are the `count` u64s from `at` on all below 2^53? */
// @ts-ignore: decorator
@inline
function longs(at: usize, count: u32): bool {
  for (let nth: u32 = 0; nth < count; nth++) {
    if (word(at + nth * 8 + 4) > HIGH_WORD_MAX) return false
  }
  return true
}

/** Zeroes what is left of the 8 bytes that `at` stands in, if it is inside; in a stored record it must be zero. */
function pad(at: usize, stored: bool): bool {
  const inside = at & 7
  if (inside == 0) return true
  const place = at - inside
  const kept = ((<u64>1) << (inside << 3)) - 1
  const value = load<u64>(place)
  if (stored) return (value & ~kept) == 0
  store<u64>(place, value & kept)
  return true
}
