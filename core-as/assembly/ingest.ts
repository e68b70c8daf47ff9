/** Arrive: a batch is checked, freed of repeats, and appended. */
import { Log } from './log'
import { PendingSet } from './pending-set'
import { DATED, flagsAt, IN_BYTES, isFrameLength, KEY, Records } from './records'
import { FACTS } from './regions'
import { State } from './state'
import { KEYS, NONE, PRODUCERS, Tables } from './tables'
import { Kind, long, padded, putLong, putWord, word } from './word'

/** The answers of `ingest`. */
const ACCEPTED: i32 = 0
const GAP: i32 = 1
const BAD_FRAME: i32 = 2
const TOO_LARGE: i32 = 3
const FULL: i32 = 4
const EXPIRED: i32 = 5

/** What `ingest` found, among the facts (`Fact` in src/wasm/exports.ts). */
const FIRST: usize = 64
const COUNTED: usize = 72
const DUPLICATES: usize = 80
const EXPECTED: usize = 88
const GOT: usize = 96

// @ts-ignore: decorator
@inline
function tell(fact: usize, value: f64): void {
  store<f64>(FACTS + fact, value)
}

/** Takes the frame of `bytes` bytes at the log's tail. */
export function ingest(bytes: u32): i32 {
  memory.fill(FACTS + FIRST, 0, GOT + 8 - FIRST)
  if (bytes > Log.reserved_bytes) return FULL
  if (!isFrameLength(bytes)) return BAD_FRAME
  let at = Log.tail()
  if (Records.in(at, at + bytes, false) != at + bytes) return BAD_FRAME

  const id_bytes = word(at + 4) >> 16
  const flags = flagsAt(at)
  const first = long(at + 8)
  const count = word(at + 32)
  let place = NONE
  let repeats: u32 = 0
  let expected: u64 = 0
  if (id_bytes > 0) {
    place = Tables.find(tableOf(flags), at + IN_BYTES, id_bytes)
    if (flags == KEY) {
      repeats = place != NONE ? 1 : 0
    } else {
      expected = place == NONE ? 1 : Tables.next(place)
      if (first < expected) repeats = <u32>min<u64>(count, expected - first)
    }
  }
  tell(EXPECTED, <f64>expected)
  tell(GOT, <f64>first)
  if (Records.payload_bytes_max > State.message_bytes_max) return TOO_LARGE
  if (place == NONE && flags == DATED && word(at + 24) < Tables.forgotten_before) {
    tell(EXPECTED, <f64>Tables.forgotten_before)
    tell(GOT, <f64>word(at + 24))
    return EXPIRED
  }
  if (first > expected) return GAP
  if (repeats == count) {
    tell(DUPLICATES, <f64>repeats)
    if (flags == KEY) tell(FIRST, <f64>Tables.next(place))
    return ACCEPTED
  }
  if (id_bytes > 0 && place == NONE) {
    if (flags != KEY && !Tables.admits(PRODUCERS)) return FULL
    if (!Tables.makeRoom(1, Records.entries_bytes)) return FULL
    at = Log.tail() // the log may have moved
  }

  const head_bytes = IN_BYTES + padded(id_bytes)
  State.append(repeats == 0 ? bytes : dropRepeats(at, head_bytes, bytes, repeats))
  tell(FIRST, Log.lsn(at + head_bytes))
  tell(DUPLICATES, <f64>repeats)
  tell(COUNTED, <f64>(count - repeats))
  if (expected > 0) tell(EXPECTED, <f64>(first + count))
  learn(at, place)
  deliver(at, head_bytes, count - repeats)
  return ACCEPTED
}

/** Where a batch's id is looked for. */
// @ts-ignore: decorator
@inline
export function tableOf(flags: u32): u32 {
  return flags == KEY ? KEYS : PRODUCERS
}

/** Lets the tables know of the batch at `at`, whose entry is at `place`; there must be room for it if that is `NONE`. */
export function learn(at: usize, place: u32): void {
  const id_bytes = word(at + 4) >> 16
  if (id_bytes == 0) return
  const flags = flagsAt(at)
  if (place == NONE) place = Tables.insert(tableOf(flags), at + IN_BYTES, id_bytes)
  const message = Log.lsn(at + IN_BYTES + padded(id_bytes))
  Tables.raise(place, flags == KEY ? <u64>message : long(at + 8) + word(at + 32))
  if (flags != 0) Tables.use(place, max(word(at + 16), word(at + 24)))
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
