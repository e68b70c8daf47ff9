/** Recovery: sealed segments are checked as a whole and then applied; a rewind applies again what stays. One code path. */
import { Log, SEGMENT_BYTES } from './log'
import { PendingSet } from './pending-set'
import { IN_BYTES, OUT_BYTES, Records } from './records'
import { Regions } from './regions'
import { checkSegment, CORRUPT, FULL, GAP, OK, segmentBytes, segmentLsn } from './segment'
import { FIRST_PART, LAST_PART } from './snapshot'
import { State } from './state'
import { consumed } from './step'
import { CHANNELS, ENTRY_BYTES, NONE, PRODUCERS, Tables, TABLES_BYTES } from './tables'
import { Kind, kindAt, long, padded, word } from './word'

const SAFE_INTEGER_MAX: f64 = 9007199254740991

/** The address where `bytes` bytes of segments are to be written for `load`; 0 when there is no room. */
export function loadRoom(bytes: f64): usize {
  Log.reserved_bytes = 0
  if (!(bytes <= <f64>(1 << 30)) || !Log.makeRoom(<u32>bytes)) return 0
  return Log.end
}

/** Appends the sealed segments that were written at the log's end, `bytes` bytes, and applies them. */
export function loadSegments(bytes: u32): i32 {
  if (Log.end != Log.sealed) return GAP
  if ((bytes & 7) != 0) return CORRUPT
  if (bytes == 0) return OK
  const limit = Log.end + bytes
  const verdict = check(Log.end, limit)
  if (verdict != OK) return verdict

  const empty = Log.start == Log.end
  const start_before = Log.lsn(Log.start)
  if (empty) {
    Log.origin = segmentLsn(Log.end) - <f64>Log.end
    State.head = Log.lsn(Log.start)
  }
  const loaded = Log.end - Regions.log_at
  Log.end = limit
  Log.sealed = limit
  if (replay(<u32>loaded, false)) return OK
  if (empty) Log.origin = start_before - <f64>Log.start
  rebuild(Regions.log_at + loaded)
  return FULL
}

/** Checks every segment in `[from, limit)` and all that is in it. Changes nothing. */
function check(from: usize, limit: usize): i32 {
  let expected: f64 = Log.start == Log.end ? -1 : Log.lsn(Log.end)
  for (let at = from; at < limit; at += segmentBytes(at)) {
    const verdict = checkSegment(at, limit)
    if (verdict != OK) return verdict
    const lsn = segmentLsn(at)
    if ((word(at + 8) & 7) != 0) return CORRUPT
    if (expected >= 0 && lsn != expected) return GAP
    expected = lsn + <f64>segmentBytes(at)
    if (expected > SAFE_INTEGER_MAX || !checkBody(at)) return CORRUPT
  }
  return OK
}

/** Is the body of the segment at `at` a row of whole batches, steps and snapshots? */
function checkBody(at: usize): bool {
  const limit = at + segmentBytes(at)
  let partial = false
  for (let record = at + SEGMENT_BYTES; record < limit; ) {
    const kind = kindAt(record)
    let next: usize
    if (kind == Kind.TABLES) {
      const flags = word(record + 4) >> 8
      next = Records.tables(record, limit)
      if (((flags & FIRST_PART) == 0) != partial) return false
      partial = (flags & LAST_PART) == 0
    } else {
      if (partial) return false
      if (kind == Kind.IN) {
        next = Records.in(record, limit, true)
      } else {
        next = Records.step(record, limit, true)
        if (next != 0 && word(Records.completion + 8) == 0) return false
      }
    }
    if (next == 0) return false
    record = next
  }
  return !partial
}

/** Where `to` is a segment's end to which the log can go back: its address, or 0. */
export function boundary(to: f64): usize {
  const wanted = to - Log.origin
  if (!(wanted >= <f64>Log.start && wanted <= <f64>Log.sealed)) return 0
  // What was dropped is known from a snapshot alone: without one before it, a place after a dropped part can't be gone back to.
  let known = Log.lsn(Log.start) == 0
  let at = Log.start
  while (<f64>at < wanted) {
    const end = at + segmentBytes(at)
    for (let record = at + SEGMENT_BYTES; record < end && !known; record += padded(word(record))) {
      known = kindAt(record) == Kind.TABLES
    }
    at = end
  }
  return <f64>at == wanted && known ? at : 0
}

/** Goes back to the state at `to`, a segment's end. Out-messages that were acknowledged stay so. */
export function rebuild(to: usize): bool {
  PendingSet.clear(to)
  Log.end = to
  Log.sealed = to
  Log.reserved_bytes = 0
  Tables.clear()
  State.unconsumed = 0
  State.unacknowledged = 0
  State.checkpoint = 0
  State.snapshot = -1
  State.head = Log.lsn(Log.start)
  return replay(<u32>(Log.start - Regions.log_at), true)
}

/**
 * Applies the records from `offset` in the log's region to the log's end, which were checked. The tables may grow, and the
 * log move, with every record: so places are kept as offsets.
 *
 * @param again they were applied before: an out-message is pending only if it still is
 * @returns false when the tables can't be given more memory
 */
function replay(offset: u32, again: bool): bool {
  let first_part: f64 = 0
  while (Regions.log_at + offset < Log.end) {
    const at = Regions.log_at + offset
    offset += padded(word(at))
    const kind = kindAt(at)
    if (kind == Kind.IN) {
      if (!replayIn(at)) return false
    } else if (kind == Kind.OUT) {
      if (!again || PendingSet.has(at)) State.addUnacknowledged(at)
      if (!raise(CHANNELS, at + OUT_BYTES, word(at + 4) >> 16, long(at + 8) + 1)) return false
    } else if (kind == Kind.CHECKPOINT) {
      State.addCheckpoint(at)
    } else if (kind == Kind.SELF || kind == Kind.TIMER) {
      State.addUnconsumed(at)
    } else if (kind == Kind.COMPLETION) {
      // What stood before the start was consumed there; its distance leads nowhere.
      const count = word(at + 8)
      for (let nth: u32 = 0; nth < count; nth++) State.consume(consumed(at, nth))
    } else if (kind == Kind.TABLES) {
      const flags = word(at + 4) >> 8
      const lsn = Log.lsn(at)
      if (!replayTables(at)) return false
      if ((flags & FIRST_PART) != 0) first_part = lsn
      if ((flags & LAST_PART) != 0) State.snapshot = first_part
    }
  }
  return true
}

function replayIn(at: usize): bool {
  const id_bytes = word(at + 4) >> 16
  const count = word(at + 32)
  let message = at + IN_BYTES + padded(id_bytes)
  for (let nth: u32 = 0; nth < count; nth++) {
    PendingSet.set(message)
    message += padded(word(message))
  }
  State.unconsumed += count
  return id_bytes == 0 || raise(PRODUCERS, at + IN_BYTES, id_bytes, long(at + 8) + count)
}

function replayTables(at: usize): bool {
  const offset = at - Regions.log_at
  const count = word(at + 8)
  let entry: u32 = TABLES_BYTES
  for (let nth: u32 = 0; nth < count; nth++) {
    const place = Regions.log_at + offset + entry
    const tag = word(place)
    if (!raise(tag & 0xff, place + ENTRY_BYTES, tag >> 16, long(place + 8))) return false
    entry += ENTRY_BYTES + padded(tag >> 16)
  }
  return true
}

/** Lets an entry say `next` at least. What is stored is taken whatever the limits say: they are for new work. */
function raise(table: u32, id: usize, id_bytes: u32, next: u64): bool {
  let place = Tables.find(table, id, id_bytes)
  if (place == NONE) {
    const offset = id - Regions.log_at
    if (!Tables.makeRoom(1, ENTRY_BYTES + padded(id_bytes))) return false
    place = Tables.insert(table, Regions.log_at + offset, id_bytes)
  }
  if (next > Tables.next(place)) Tables.setNext(place, next)
  return true
}
