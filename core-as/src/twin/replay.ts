/**
 * Recovery: sealed segments are checked as a whole and then applied; a rewind applies again what stays. One code path.
 *
 * @module
 */
import { Kind } from '../core.ts'
import { long, padded, word } from '../word.ts'
import { SEGMENT_BYTES } from './log.ts'
import { IN_BYTES, OUT_BYTES } from './records.ts'
import { checkSegment, segmentBytes, segmentLsn } from './segment.ts'
import { FIRST_PART, LAST_PART } from './snapshot.ts'
import { kindAt, type State } from './state.ts'
import { consumed } from './step.ts'
import { CHANNELS, ENTRY_BYTES, NONE, PRODUCERS, TABLES_BYTES, type Table } from './tables.ts'

export type LoadAnswer = 'ok' | 'corrupt' | 'newer_format' | 'gap' | 'full'

/** Appends sealed segments and applies them. */
export function load(state: State, segments: Uint8Array): LoadAnswer {
  const { log } = state
  log.reserved_bytes = 0
  if (log.end !== log.sealed) return 'gap'
  if ((segments.byteLength & 7) !== 0) return 'corrupt'
  if (segments.byteLength === 0) return 'ok'
  if (!state.makeRoom(segments.byteLength)) return 'full'
  log.bytes.set(segments, log.end)

  const limit = log.end + segments.byteLength
  const verdict = check(state, log.end, limit)
  if (verdict !== 'ok') return verdict
  const { base, end: before } = log
  if (log.start === before) {
    log.base = segmentLsn(log, before) - before
    state.head = log.base + before
  }
  log.end = limit
  log.sealed = limit
  if (replay(state, before)) return 'ok'
  if (log.start === before) log.base = base
  rebuild(state, before)
  return 'full'
}

/** Checks every segment in `[from, limit)` and all that is in it. Changes nothing. */
function check(state: State, from: number, limit: number): LoadAnswer {
  const { log } = state
  let expected = log.start === log.end ? -1 : log.base + log.end
  for (let at = from; at < limit; at += segmentBytes(log, at)) {
    const verdict = checkSegment(log, at, limit)
    if (verdict !== 'ok') return verdict
    const lsn = segmentLsn(log, at)
    if ((lsn & 7) !== 0) return 'corrupt'
    if (expected >= 0 && lsn !== expected) return 'gap'
    expected = lsn + segmentBytes(log, at)
    if (expected > Number.MAX_SAFE_INTEGER || !checkBody(state, at)) return 'corrupt'
  }
  return 'ok'
}

/** Is the body of the segment at `at` a row of whole batches, steps and snapshots? */
function checkBody(state: State, at: number): boolean {
  const { log, records } = state
  const limit = at + segmentBytes(log, at)
  let partial = false
  for (let record = at + SEGMENT_BYTES; record < limit; ) {
    const kind = kindAt(log, record)
    const flags = (word(log.words, (record >>> 2) + 1) >>> 8) & 0xff
    let next: number
    if (kind === Kind.tables) {
      next = records.tables(record, limit)
      if (((flags & FIRST_PART) === 0) !== partial) return false
      partial = (flags & LAST_PART) === 0
    } else {
      if (partial) return false
      next = kind === Kind.in ? records.in(record, limit, true) : records.step(record, limit, true)
      if (kind !== Kind.in && next !== 0 && word(log.words, (records.completion >>> 2) + 2) === 0) return false
    }
    if (next === 0) return false
    record = next
  }
  return !partial
}

/** Where `to` is a segment's end to which the log can go back: its offset, or -1. */
export function boundary(state: State, to: number): number {
  const { log } = state
  const wanted = to - log.base
  if (!(wanted >= log.start && wanted <= log.sealed)) return -1
  // What was dropped is known from a snapshot alone: without one before it, a place after a dropped part can't be gone back to.
  let known = log.base + log.start === 0
  let at = log.start
  while (at < wanted) {
    const end = at + segmentBytes(log, at)
    for (let record = at + SEGMENT_BYTES; record < end && !known; record += padded(word(log.words, record >>> 2))) {
      known = kindAt(log, record) === Kind.tables
    }
    at = end
  }
  return at === wanted && known ? at : -1
}

/** Goes back to the state at offset `to`, a segment's end. Out-messages that were acknowledged stay so. */
export function rebuild(state: State, to: number): boolean {
  const { log, pending, tables } = state
  pending.clear(to, log.end)
  log.end = to
  log.sealed = to
  log.reserved_bytes = 0
  tables.clear()
  state.unconsumed = 0
  state.unacknowledged = 0
  state.checkpoint = 0
  state.snapshot = -1
  state.head = log.base + log.start
  return replay(state, log.start, true)
}

/**
 * Applies the records in `[from, end)`, which were checked.
 *
 * @param again they were applied before: an out-message is pending only if it still is
 * @returns false when the tables can't be given more memory
 */
function replay(state: State, from: number, again = false): boolean {
  const { log } = state
  let first_part = 0
  for (let at = from; at < log.end; at += padded(word(log.words, at >>> 2))) {
    switch (kindAt(log, at)) {
      case Kind.in:
        if (!replayIn(state, at)) return false
        break
      case Kind.out:
        if (!replayOut(state, at, again)) return false
        break
      case Kind.checkpoint:
        state.addCheckpoint(at)
        break
      case Kind.self:
      case Kind.timer:
        state.addUnconsumed(at)
        break
      case Kind.completion: {
        // What stood before the start was consumed there; its distance leads nowhere.
        const count = word(log.words, (at >>> 2) + 2)
        for (let nth = 0; nth < count; nth++) state.consume(consumed(state, at, nth))
        break
      }
      case Kind.tables: {
        if (!replayTables(state, at)) return false
        const flags = word(log.words, (at >>> 2) + 1) >>> 8
        if ((flags & FIRST_PART) !== 0) first_part = log.base + at
        if ((flags & LAST_PART) !== 0) state.snapshot = first_part
        break
      }
    }
  }
  return true
}

function replayIn(state: State, at: number): boolean {
  const { words } = state.log
  const index = at >>> 2
  const id_bytes = word(words, index + 1) >>> 16
  const count = word(words, index + 8)
  let message = at + IN_BYTES + padded(id_bytes)
  for (let nth = 0; nth < count; nth++) {
    state.pending.set(message)
    message += padded(word(words, message >>> 2))
  }
  state.unconsumed += count
  return (
    id_bytes === 0 || raise(state, PRODUCERS, words, index + IN_BYTES / 4, id_bytes, long(words, index + 2) + count)
  )
}

function replayOut(state: State, at: number, again: boolean): boolean {
  const { words } = state.log
  const index = at >>> 2
  if (!again || state.pending.has(at)) state.addUnacknowledged(at)
  const id_bytes = word(words, index + 1) >>> 16
  return raise(state, CHANNELS, words, index + OUT_BYTES / 4, id_bytes, long(words, index + 2) + 1)
}

function replayTables(state: State, at: number): boolean {
  const { words } = state.log
  const count = word(words, (at >>> 2) + 2)
  let index = (at + TABLES_BYTES) >>> 2
  for (let nth = 0; nth < count; nth++) {
    const tag = word(words, index)
    const id_bytes = tag >>> 16
    const table = (tag & 0xff) === PRODUCERS ? PRODUCERS : CHANNELS
    if (!raise(state, table, words, index + ENTRY_BYTES / 4, id_bytes, long(words, index + 2))) return false
    index += (ENTRY_BYTES + padded(id_bytes)) >>> 2
  }
  return true
}

/** Lets an entry say `next` at least. What is stored is taken whatever the limits say: they are for new work. */
function raise(state: State, table: Table, words: Uint32Array, id: number, id_bytes: number, next: number): boolean {
  const { tables } = state
  let place = tables.find(table, words, id, id_bytes)
  if (place === NONE) place = tables.insert(table, words, id, id_bytes)
  if (place === NONE) return false
  if (next > tables.next(place)) tables.setNext(place, next)
  return true
}
