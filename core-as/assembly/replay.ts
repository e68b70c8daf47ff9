/** Recovery: sealed segments are checked and applied, record by record; a rewind applies again what stays. One code path. */
import { Log, LOG_CAPACITY_MAX, SEGMENT_BYTES } from './log'
import { LogRegion } from './log-region'
import { PendingSet } from './pending-set'
import { learn, tableOf } from './ingest'
import { flagsAt, IN_BYTES, OUT_BYTES, Records } from './records'
import { Regions } from './regions'
import { checkSegment, CORRUPT, FULL, GAP, OK, segmentBytes, segmentLsn } from './segment'
import { FIRST_PART, LAST_PART } from './snapshot'
import { State } from './state'
import { consumed } from './step'
import { CHANNELS, ENTRY_BYTES, NONE, Tables, TABLES_BYTES } from './tables'
import { Kind, kindAt, long, padded, word } from './word'

const SAFE_INTEGER_MAX: f64 = 9007199254740991

/** The address where `bytes` bytes of segments are to be written for `load`; 0 when there is no room. */
export function loadRoom(bytes: u32): usize {
  Log.reserved_bytes = 0
  if (bytes > LOG_CAPACITY_MAX || !LogRegion.makeRoom(bytes)) return 0
  return Log.end
}

/** Appends the sealed segments that were written at the log's end, `bytes` bytes, and applies them. All or nothing. */
export function loadSegments(bytes: u32): i32 {
  if (Log.end != Log.sealed) return GAP
  if ((bytes & 7) != 0) return CORRUPT
  if (bytes == 0) return OK
  const empty = Log.start == Log.end
  const start = Log.lsn(Log.start)
  const loaded = Log.end - Regions.log_at
  Log.end += bytes
  Log.sealed = Log.end
  const verdict = replay(<u32>loaded, false, empty)
  if (verdict != OK) {
    if (empty) Log.origin = start - <f64>Log.start
    rebuild(Regions.log_at + loaded)
  }
  return verdict
}

/** Goes back to the state at `to`, a segment's end. Out-messages that were acknowledged stay so. */
export function rebuild(to: usize): void {
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
  replay(<u32>(Log.start - Regions.log_at), true, false)
}

/**
 * Checks and applies the segments from `offset` in the log's region to the log's end.
 *
 * @param again they were applied before: an out-message is pending only if it still is
 * @param first the log was empty: it starts where the first segment says
 */
function replay(offset: u32, again: bool, first: bool): i32 {
  let segment_end = offset
  let first_part: f64 = -1
  while (Regions.log_at + offset < Log.end) {
    let at = Regions.log_at + offset
    if (offset == segment_end) {
      const verdict = again ? OK : checkPlace(at, first)
      if (verdict != OK) return verdict
      first = false
      segment_end += segmentBytes(at)
      offset += SEGMENT_BYTES
      continue
    }
    const next = check(at, Regions.log_at + segment_end)
    if (next == 0) return CORRUPT
    const kind = kindAt(at)
    const flags = word(at + 4) >> 8
    if (kind == Kind.TABLES) {
      if (((flags & FIRST_PART) != 0) == first_part >= 0) return CORRUPT
      if (first_part < 0) {
        // It tells all that was known then.
        first_part = Log.lsn(at)
        Tables.clear()
      }
    } else if (first_part >= 0) return CORRUPT

    offset = <u32>(next - Regions.log_at)
    const limit = offset
    if (!Tables.makeRoom(Records.entries, Records.entries_bytes)) return FULL
    at += Regions.log_at + limit - next // the log may have moved
    if (kind == Kind.IN) replayIn(at)
    else if (kind != Kind.TABLES) replayStep(at, Regions.log_at + limit, again)
    else {
      replayTables(at)
      if ((flags & LAST_PART) != 0) {
        State.snapshot = first_part
        first_part = -1
      } else if (offset == segment_end) return CORRUPT
    }
  }
  return OK
}

/** Is the segment at `at` sound, and does it stand where it says? */
function checkPlace(at: usize, first: bool): i32 {
  const verdict = checkSegment(at, Log.end)
  if (verdict != OK) return verdict
  const lsn = segmentLsn(at)
  if ((word(at + 8) & 7) != 0) return CORRUPT
  if (first) {
    Log.origin = lsn - <f64>at
    State.head = lsn
  } else if (lsn != Log.lsn(at)) return GAP
  return lsn + <f64>segmentBytes(at) > SAFE_INTEGER_MAX ? CORRUPT : OK
}

/** The place behind the batch, step or part of a snapshot at `at`; 0 if it is malformed. */
function check(at: usize, limit: usize): usize {
  const kind = kindAt(at)
  if (kind == Kind.IN) return Records.in(at, limit, true)
  if (kind == Kind.TABLES) return Records.tables(at, limit)
  const next = Records.step(at, limit, true)
  return next != 0 && word(Records.completion + 8) == 0 ? 0 : next
}

function replayIn(at: usize): void {
  const id_bytes = word(at + 4) >> 16
  const count = word(at + 32)
  let message = at + IN_BYTES + padded(id_bytes)
  for (let nth: u32 = 0; nth < count; nth++) {
    PendingSet.set(message)
    message += padded(word(message))
  }
  State.unconsumed += count
  learn(at, Tables.find(tableOf(flagsAt(at)), at + IN_BYTES, id_bytes))
}

function replayStep(at: usize, limit: usize, again: bool): void {
  for (let record = at; record < limit; record += padded(word(record))) {
    const kind = kindAt(record)
    if (kind == Kind.OUT) {
      if (!again || PendingSet.has(record)) State.addUnacknowledged(record)
      raise(CHANNELS, record + OUT_BYTES, word(record + 4) >> 16, long(record + 8) + 1)
    } else if (kind == Kind.CHECKPOINT) {
      State.addCheckpoint(record)
    } else if (kind != Kind.COMPLETION) {
      State.addUnconsumed(record)
    } else {
      // What stood before the start was consumed there; its distance leads nowhere.
      const count = word(record + 8)
      for (let nth: u32 = 0; nth < count; nth++) State.consume(consumed(record, nth))
    }
  }
}

function replayTables(at: usize): void {
  Tables.forgotten_before = word(at + 12)
  let entry = at + TABLES_BYTES
  for (let remaining = word(at + 8); remaining > 0; remaining--) {
    const tag = word(entry)
    const place = raise(tag & 0xff, entry + ENTRY_BYTES, tag >> 16, long(entry + 8))
    Tables.use(place, word(entry + 4))
    entry += ENTRY_BYTES + padded(tag >> 16)
  }
}

/**
 * Lets an entry say `next` at least. There must be room for it. What is stored is taken whatever the limits say: they are
 * for new work. @returns its place
 */
function raise(table: u32, id: usize, id_bytes: u32, next: u64): u32 {
  let place = Tables.find(table, id, id_bytes)
  if (place == NONE) place = Tables.insert(table, id, id_bytes)
  Tables.raise(place, next)
  return place
}
