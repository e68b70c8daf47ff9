/**
 * Arrive: a producer's batch is checked, freed of repeats, and appended.
 *
 * @module
 */
import { type Ingested, Kind } from '../core.ts'
import { long, padded, putLong, word } from '../word.ts'
import { IN_BYTES, isFrameLength } from './records.ts'
import { lsn, type State } from './state.ts'
import { NONE, PRODUCERS } from './tables.ts'

/** Takes the frame of `bytes` bytes at the log's tail. */
export function ingest(state: State, bytes: number, answer: Ingested): void {
  answer.first = lsn(0)
  answer.accepted = 0
  answer.duplicates = 0
  answer.expected = 0
  answer.got = 0
  answer.status = take(state, bytes, answer)
}

function take(state: State, bytes: number, answer: Ingested): Ingested['status'] {
  const { log, tables, records } = state
  if (!(bytes <= log.reserved_bytes)) return 'full'
  if (!isFrameLength(bytes)) return 'bad_frame'
  const at = state.tail
  if (records.in(at, at + bytes, false) !== at + bytes) return 'bad_frame'

  const index = at >>> 2
  const id_bytes = word(log.words, index + 1) >>> 16
  const id = index + IN_BYTES / 4
  const first = long(log.words, index + 2)
  const count = word(log.words, index + 8)
  answer.got = first
  let place = NONE
  let repeats = 0
  if (id_bytes > 0) {
    place = tables.find(PRODUCERS, log.words, id, id_bytes)
    const expected = place === NONE ? 1 : tables.next(place)
    answer.expected = expected
    if (first < expected) repeats = Math.min(count, expected - first)
  }
  if (records.payload_bytes_max > state.limits.message_bytes_max) return 'too_large'
  if (first > answer.expected) return 'gap'
  if (repeats === count) {
    answer.duplicates = count
    return 'accepted'
  }
  if (id_bytes > 0 && place === NONE) {
    if (tables.admits(PRODUCERS)) place = tables.insert(PRODUCERS, log.words, id, id_bytes)
    if (place === NONE) return 'full'
  }

  const head_bytes = IN_BYTES + padded(id_bytes)
  const kept_bytes = repeats === 0 ? bytes : dropRepeats(state, at, head_bytes, bytes, repeats)
  answer.first = lsn(log.base + at + head_bytes)
  answer.accepted = count - repeats
  answer.duplicates = repeats
  if (id_bytes > 0) {
    answer.expected = first + count
    tables.setNext(place, answer.expected)
  }
  state.append(kept_bytes)
  deliver(state, at, head_bytes, answer.accepted)
  return 'accepted'
}

/** Closes the record up over its first `repeats` messages. @returns its bytes after that */
function dropRepeats(state: State, at: number, head_bytes: number, bytes: number, repeats: number): number {
  const { words } = state.log
  const index = at >>> 2
  let kept = at + head_bytes
  for (let nth = 0; nth < repeats; nth++) kept += padded(word(words, kept >>> 2))
  words.copyWithin((at + head_bytes) >>> 2, kept >>> 2, (at + bytes) >>> 2)
  const kept_bytes = bytes - (kept - at - head_bytes)
  words[index] = kept_bytes
  putLong(words, index + 2, long(words, index + 2) + repeats)
  words[index + 8] = word(words, index + 8) - repeats
  return kept_bytes
}

/** Marks the record's messages pending, and lets each know where its record is. */
function deliver(state: State, at: number, head_bytes: number, count: number): void {
  const { words } = state.log
  const { pending } = state
  let message = at + head_bytes
  for (let nth = 0; nth < count; nth++) {
    const index = message >>> 2
    words[index + 1] = Kind.message | (((message - at) >>> 3) << 8)
    pending.set(message)
    message += padded(word(words, index))
  }
  state.unconsumed += count
}
