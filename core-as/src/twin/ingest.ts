/**
 * Arrive: a batch is checked, freed of repeats, and appended.
 *
 * @module
 */
import { type Ingested, Kind } from '../core.ts'
import { long, padded, putLong, word } from '../word.ts'
import { DATED, IN_BYTES, isFrameLength, KEY } from './records.ts'
import { lsn, type State } from './state.ts'
import { KEYS, NONE, PRODUCERS, type Table } from './tables.ts'

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

  const { words } = log
  const index = at >>> 2
  const tag = word(words, index + 1)
  const id_bytes = tag >>> 16
  const flags = (tag >>> 8) & 0xff
  const first = long(words, index + 2)
  const count = word(words, index + 8)
  let place = NONE
  let repeats = 0
  let expected = 0
  if (id_bytes > 0) {
    place = tables.find(tableOf(flags), words, index + IN_BYTES / 4, id_bytes)
    if (flags === KEY) {
      repeats = place === NONE ? 0 : 1
    } else {
      expected = place === NONE ? 1 : tables.next(place)
      if (first < expected) repeats = Math.min(count, expected - first)
    }
  }
  answer.expected = expected
  answer.got = first
  if (records.payload_bytes_max > state.limits.message_bytes_max) return 'too_large'
  if (place === NONE && flags === DATED && word(words, index + 6) < tables.forgotten_before) {
    answer.expected = tables.forgotten_before
    answer.got = word(words, index + 6)
    return 'expired'
  }
  if (first > expected) return 'gap'
  if (repeats === count) {
    answer.duplicates = repeats
    if (flags === KEY) answer.first = lsn(tables.next(place))
    return 'accepted'
  }
  if (id_bytes > 0 && place === NONE) {
    if (flags !== KEY && !tables.admits(PRODUCERS)) return 'full'
    place = tables.insert(tableOf(flags), words, index + IN_BYTES / 4, id_bytes)
    if (place === NONE) return 'full'
  }

  const head_bytes = IN_BYTES + padded(id_bytes)
  state.append(repeats === 0 ? bytes : dropRepeats(state, at, head_bytes, bytes, repeats))
  answer.first = lsn(log.base + at + head_bytes)
  answer.duplicates = repeats
  answer.accepted = count - repeats
  if (expected > 0) answer.expected = first + count
  learn(state, at, place)
  deliver(state, at, head_bytes, answer.accepted)
  return 'accepted'
}

/** Where a batch's id is looked for. */
export function tableOf(flags: number): Table {
  return flags === KEY ? KEYS : PRODUCERS
}

/**
 * Lets the tables know of the batch at `at`, whose entry is at `place`; `NONE`: it has none yet.
 *
 * @returns false when the tables can't be given more memory
 */
export function learn({ log, tables }: State, at: number, place: number): boolean {
  const { words } = log
  const index = at >>> 2
  const tag = word(words, index + 1)
  const id_bytes = tag >>> 16
  if (id_bytes === 0) return true
  const flags = (tag >>> 8) & 0xff
  const entry = place === NONE ? tables.insert(tableOf(flags), words, index + IN_BYTES / 4, id_bytes) : place
  if (entry === NONE) return false
  const message = log.base + at + IN_BYTES + padded(id_bytes)
  tables.raise(entry, flags === KEY ? message : long(words, index + 2) + word(words, index + 8))
  if (flags !== 0) tables.use(entry, Math.max(word(words, index + 4), word(words, index + 6)))
  return true
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
