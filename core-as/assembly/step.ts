/** Step: consume, send, remember. Everything is validated before anything is appended. */
import { Log } from './log'
import { COMPLETION_BYTES, isFrameLength, OUT_BYTES, Records } from './records'
import { State } from './state'
import { CHANNELS, NONE, Tables } from './tables'
import { Kind, kindAt, padded, putLong, putWord, word } from './word'

/** The answers of `step`. */
const DONE: i32 = 0
const NOT_PENDING: i32 = 1
const EMPTY: i32 = 2
const BAD_FRAME: i32 = 3
const TOO_LARGE: i32 = 4
const FULL: i32 = 5

/** A channel that has come this far takes no more: its sequences must stay below 2^53, however many a step sends. */
const CHANNEL_MAX: u64 = (1 << 53) - (1 << 32)

/** Takes the step of `bytes` bytes at the log's tail. */
export function step(bytes: u32): i32 {
  if (bytes > Log.reserved_bytes) return FULL
  if (!isFrameLength(bytes)) return BAD_FRAME
  let at = Log.tail()
  if (Records.step(at, at + bytes, false) != at + bytes) return BAD_FRAME
  const until_completion = Records.completion - at
  const count = word(Records.completion + 8)
  if (count == 0) return EMPTY
  if (Records.payload_bytes_max > State.message_bytes_max) return TOO_LARGE
  Tables.mark()
  if (Records.entries > 0) {
    if (!Tables.makeRoom(Records.entries, Records.entries_bytes)) return FULL
    at = Log.tail() // the log may have moved
    if (!openChannels(at, at + until_completion)) {
      Tables.release()
      return FULL
    }
  }
  const completion = at + until_completion
  if (!consume(completion, count)) {
    Tables.release()
    return NOT_PENDING
  }
  State.append(bytes)
  apply(at, completion)
  return DONE
}

/** Finds or makes the channel of every out record, and notes its place where its sequence will stand. */
function openChannels(at: usize, completion: usize): bool {
  for (let record = at; record < completion; record += padded(word(record))) {
    if (kindAt(record) != Kind.OUT) continue
    const id_bytes = word(record + 4) >> 16
    let place = Tables.find(CHANNELS, record + OUT_BYTES, id_bytes)
    if (place == NONE) {
      if (!Tables.admits(CHANNELS)) return false
      place = Tables.insert(CHANNELS, record + OUT_BYTES, id_bytes)
    }
    if (Tables.next(place) > CHANNEL_MAX) return false
    putWord(record + 8, place)
  }
  return true
}

/** Consumes all that the completion names, or nothing. */
function consume(completion: usize, count: u32): bool {
  for (let nth: u32 = 0; nth < count; nth++) {
    const at = consumed(completion, nth)
    if (at != 0 && State.consume(at)) continue
    while (nth > 0) State.restore(consumed(completion, --nth))
    return false
  }
  return true
}

/** Address of the `nth` item that the completion names; 0 if that is before the log's region. */
export function consumed(completion: usize, nth: u32): usize {
  const bytes = <u64>word(completion + COMPLETION_BYTES + nth * 4) * 8
  return bytes < completion ? completion - <usize>bytes : 0
}

function apply(at: usize, completion: usize): void {
  for (let record = at; record < completion; record += padded(word(record))) {
    const kind = kindAt(record)
    if (kind == Kind.OUT) {
      const place = word(record + 8)
      const sequence = Tables.next(place)
      putLong(record + 8, sequence)
      Tables.setNext(place, sequence + 1)
      State.addUnacknowledged(record)
    } else if (kind == Kind.CHECKPOINT) {
      State.addCheckpoint(record)
    } else {
      State.addUnconsumed(record)
    }
  }
}
