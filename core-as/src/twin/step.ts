/**
 * Step: consume, send, remember. Everything is validated before anything is appended.
 *
 * @module
 */
import { Kind } from '../core.ts'
import { padded, putLong, word } from '../word.ts'
import { isFrameLength, OUT_BYTES } from './records.ts'
import { kindAt, type State } from './state.ts'
import { CHANNELS, NONE } from './tables.ts'

export type StepAnswer = 'done' | 'not_pending' | 'empty' | 'bad_frame' | 'too_large' | 'full'

/** A channel that has come this far takes no more: its sequences must stay below 2^53, however many a step sends. */
const CHANNEL_MAX = 2 ** 53 - 2 ** 32

/** Takes the step of `bytes` bytes at the log's tail. */
export function step(state: State, bytes: number): StepAnswer {
  const { log, records } = state
  if (!(bytes <= log.reserved_bytes)) return 'full'
  if (!isFrameLength(bytes)) return 'bad_frame'
  const at = state.tail
  if (records.step(at, at + bytes, false) !== at + bytes) return 'bad_frame'
  const { completion } = records
  const count = word(log.words, (completion >>> 2) + 2)
  if (count === 0) return 'empty'
  if (records.payload_bytes_max > state.limits.message_bytes_max) return 'too_large'
  if (!openChannels(state, at, completion)) return 'full'
  if (!consume(state, completion, count)) {
    state.tables.release()
    return 'not_pending'
  }
  state.append(bytes)
  apply(state, at, completion)
  return 'done'
}

/** Finds or makes the channel of every out record, and notes its place where its sequence will stand. */
function openChannels(state: State, at: number, completion: number): boolean {
  const { log, tables } = state
  tables.mark()
  for (let record = at; record < completion; record += padded(word(log.words, record >>> 2))) {
    if (kindAt(log, record) !== Kind.out) continue
    const index = record >>> 2
    const id_bytes = word(log.words, index + 1) >>> 16
    const id = index + OUT_BYTES / 4
    let place = tables.find(CHANNELS, log.words, id, id_bytes)
    if (place === NONE && tables.admits(CHANNELS)) place = tables.insert(CHANNELS, log.words, id, id_bytes)
    if (place === NONE || tables.next(place) > CHANNEL_MAX) {
      tables.release()
      return false
    }
    log.words[index + 2] = place
  }
  return true
}

/** Consumes all that the completion names, or nothing. */
function consume(state: State, completion: number, count: number): boolean {
  for (let nth = 0; nth < count; nth++) {
    if (state.consume(consumed(state, completion, nth))) continue
    while (nth-- > 0) state.restore(consumed(state, completion, nth))
    return false
  }
  return true
}

/** Offset of the `nth` item that the completion names; may be negative. */
export function consumed(state: State, completion: number, nth: number): number {
  return completion - word(state.log.words, (completion >>> 2) + 4 + nth) * 8
}

function apply(state: State, at: number, completion: number): void {
  const { log, tables } = state
  for (let record = at; record < completion; record += padded(word(log.words, record >>> 2))) {
    const kind = kindAt(log, record)
    if (kind === Kind.out) {
      const index = record >>> 2
      const place = word(log.words, index + 2)
      const sequence = tables.next(place)
      putLong(log.words, index + 2, sequence)
      tables.setNext(place, sequence + 1)
      state.addUnacknowledged(record)
    } else if (kind === Kind.checkpoint) {
      state.addCheckpoint(record)
    } else {
      state.addUnconsumed(record)
    }
  }
}
