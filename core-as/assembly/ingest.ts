/** Arrive: a producer's batch is checked, freed of repeats, and appended. */
import { Log } from './log'
import { PendingSet } from './pending-set'
import { IN_BYTES, isFrameLength, Records } from './records'
import { State } from './state'
import { NONE, PRODUCERS, Tables } from './tables'
import { Kind, long, padded, putLong, putWord, word } from './word'

/** The answers of `ingest`. */
const ACCEPTED: i32 = 0
const GAP: i32 = 1
const BAD_FRAME: i32 = 2
const TOO_LARGE: i32 = 3
const FULL: i32 = 4

/** What `ingest` found. */
export class Ingested {
  /** LSN of the first new message. */
  static first: f64 = 0
  static accepted: u32 = 0
  static duplicates: u32 = 0
  static expected: u64 = 0
  static got: u64 = 0
}

/** Takes the frame of `bytes` bytes at the log's tail. */
export function ingest(bytes: u32): i32 {
  Ingested.first = 0
  Ingested.accepted = 0
  Ingested.duplicates = 0
  Ingested.expected = 0
  Ingested.got = 0
  if (bytes > Log.reserved_bytes) return FULL
  if (!isFrameLength(bytes)) return BAD_FRAME
  let at = Log.tail()
  if (Records.in(at, at + bytes, false) != at + bytes) return BAD_FRAME

  const id_bytes = word(at + 4) >> 16
  const first = long(at + 8)
  const count = word(at + 32)
  Ingested.got = first
  let place = NONE
  let repeats: u32 = 0
  if (id_bytes > 0) {
    place = Tables.find(PRODUCERS, at + IN_BYTES, id_bytes)
    const expected = place == NONE ? 1 : Tables.next(place)
    Ingested.expected = expected
    if (first < expected) repeats = <u32>min<u64>(count, expected - first)
  }
  if (Records.payload_bytes_max > State.message_bytes_max) return TOO_LARGE
  if (first > Ingested.expected) return GAP
  if (repeats == count) {
    Ingested.duplicates = count
    return ACCEPTED
  }
  if (id_bytes > 0 && place == NONE) {
    if (!Tables.admits(PRODUCERS) || !Tables.makeRoom(1, Records.entries_bytes)) return FULL
    at = Log.tail() // the log may have moved
    place = Tables.insert(PRODUCERS, at + IN_BYTES, id_bytes)
  }

  const head_bytes = IN_BYTES + padded(id_bytes)
  const kept_bytes = repeats == 0 ? bytes : dropRepeats(at, head_bytes, bytes, repeats)
  Ingested.first = Log.lsn(at + head_bytes)
  Ingested.accepted = count - repeats
  Ingested.duplicates = repeats
  if (id_bytes > 0) {
    Ingested.expected = first + count
    Tables.setNext(place, first + count)
  }
  State.append(kept_bytes)
  deliver(at, head_bytes, count - repeats)
  return ACCEPTED
}

/** Closes the record up over its first `repeats` messages. @returns its bytes after that */
function dropRepeats(at: usize, head_bytes: u32, bytes: u32, repeats: u32): u32 {
  let kept = at + head_bytes
  for (let nth: u32 = 0; nth < repeats; nth++) kept += padded(word(kept))
  memory.copy(at + head_bytes, kept, at + bytes - kept)
  const kept_bytes = bytes - <u32>(kept - at - head_bytes)
  putWord(at, kept_bytes)
  putLong(at + 8, long(at + 8) + repeats)
  putWord(at + 32, word(at + 32) - repeats)
  return kept_bytes
}

/** Marks the record's messages pending, and lets each know where its record is. */
function deliver(at: usize, head_bytes: u32, count: u32): void {
  let message = at + head_bytes
  for (let nth: u32 = 0; nth < count; nth++) {
    putWord(message + 4, Kind.MESSAGE | ((<u32>(message - at) >> 3) << 8))
    PendingSet.set(message)
    message += padded(word(message))
  }
  State.unconsumed += count
}
