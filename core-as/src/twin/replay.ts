/**
 * Recovery: sealed segments are checked and applied, record by record; a rewind applies again what stays. One code path.
 *
 * @module
 */
import { Kind } from '../core.ts'
import { long, padded, word } from '../word.ts'
import { learn, tableOf } from './ingest.ts'
import { SEGMENT_BYTES } from './log.ts'
import { IN_BYTES, OUT_BYTES } from './records.ts'
import { checkSegment, segmentBytes, segmentLsn } from './segment.ts'
import { FIRST_PART, LAST_PART } from './snapshot.ts'
import { kindAt, type State } from './state.ts'
import { consumed } from './step.ts'
import { CHANNELS, ENTRY_BYTES, KEYS, NONE, PRODUCERS, TABLES_BYTES, type Table } from './tables.ts'

export type LoadAnswer = 'ok' | 'corrupt' | 'newer_format' | 'gap' | 'full'

/** Appends sealed segments and applies them. All or nothing. */
export function load(state: State, segments: Uint8Array): LoadAnswer {
  const { log } = state
  log.reserved_bytes = 0
  if (log.end !== log.sealed) return 'gap'
  if ((segments.byteLength & 7) !== 0) return 'corrupt'
  if (segments.byteLength === 0) return 'ok'
  if (!state.makeRoom(segments.byteLength)) return 'full'
  log.bytes.set(segments, log.end)

  const { base, end: loaded } = log
  const empty = log.start === loaded
  log.end += segments.byteLength
  log.sealed = log.end
  const verdict = replay(state, loaded, false, empty)
  if (verdict !== 'ok') {
    log.base = base
    rebuild(state, loaded)
  }
  return verdict
}

/** Goes back to the state at offset `to`, a segment's end. Out-messages that were acknowledged stay so. */
export function rebuild(state: State, to: number): void {
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
  replay(state, log.start, true, false)
}

/**
 * Checks and applies the segments in `[from, end)`.
 *
 * @param again they were applied before: an out-message is pending only if it still is
 * @param first the log was empty: it starts where the first segment says
 */
function replay(state: State, from: number, again: boolean, first: boolean): LoadAnswer {
  const { log, tables } = state
  let segment_end = from
  let first_part = -1
  for (let at = from; at < log.end; ) {
    if (at === segment_end) {
      const verdict = again ? 'ok' : checkPlace(state, at, first && at === from)
      if (verdict !== 'ok') return verdict
      segment_end += segmentBytes(log, at)
      at += SEGMENT_BYTES
      continue
    }
    const next = check(state, at, segment_end)
    if (next === 0) return 'corrupt'
    const kind = kindAt(log, at)
    const flags = word(log.words, (at >>> 2) + 1) >>> 8
    if (kind === Kind.tables) {
      if (((flags & FIRST_PART) !== 0) === first_part >= 0) return 'corrupt'
      if (first_part < 0) {
        // It tells all that was known then.
        first_part = log.base + at
        tables.clear()
      }
    } else if (first_part >= 0) return 'corrupt'

    const room =
      kind === Kind.in
        ? replayIn(state, at)
        : kind === Kind.tables
          ? replayTables(state, at)
          : replayStep(state, at, next, again)
    if (!room) return 'full'
    at = next
    if (first_part >= 0) {
      if ((flags & LAST_PART) !== 0) {
        state.snapshot = first_part
        first_part = -1
      } else if (at === segment_end) return 'corrupt'
    }
  }
  return 'ok'
}

/** Is the segment at `at` sound, and does it stand where it says? */
function checkPlace(state: State, at: number, first: boolean): LoadAnswer {
  const { log } = state
  const verdict = checkSegment(log, at, log.end)
  if (verdict !== 'ok') return verdict
  const lsn = segmentLsn(log, at)
  if ((lsn & 7) !== 0) return 'corrupt'
  if (first) {
    log.base = lsn - at
    state.head = lsn
  } else if (lsn !== log.base + at) return 'gap'
  return lsn + segmentBytes(log, at) > Number.MAX_SAFE_INTEGER ? 'corrupt' : 'ok'
}

/** The place behind the batch, step or part of a snapshot at `at`; 0 if it is malformed. */
function check({ log, records }: State, at: number, limit: number): number {
  const kind = kindAt(log, at)
  if (kind === Kind.in) return records.in(at, limit, true)
  if (kind === Kind.tables) return records.tables(at, limit)
  const next = records.step(at, limit, true)
  return next !== 0 && word(log.words, (records.completion >>> 2) + 2) === 0 ? 0 : next
}

/** @returns as all of these do, false when the tables can't be given more memory */
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
  if (id_bytes === 0) return true
  const table = tableOf((word(words, index + 1) >>> 8) & 0xff)
  return learn(state, at, state.tables.find(table, words, index + IN_BYTES / 4, id_bytes))
}

function replayStep(state: State, at: number, limit: number, again: boolean): boolean {
  const { log } = state
  const { words } = log
  for (let record = at; record < limit; record += padded(word(words, record >>> 2))) {
    const index = record >>> 2
    switch (kindAt(log, record)) {
      case Kind.out: {
        if (!again || state.pending.has(record)) state.addUnacknowledged(record)
        const id_bytes = word(words, index + 1) >>> 16
        if (raise(state, CHANNELS, index + OUT_BYTES / 4, id_bytes, long(words, index + 2) + 1) === NONE) return false
        break
      }
      case Kind.checkpoint:
        state.addCheckpoint(record)
        break
      case Kind.completion: {
        // What stood before the start was consumed there; its distance leads nowhere.
        const count = word(words, index + 2)
        for (let nth = 0; nth < count; nth++) state.consume(consumed(state, record, nth))
        break
      }
      default:
        state.addUnconsumed(record)
    }
  }
  return true
}

function replayTables(state: State, at: number): boolean {
  const { tables, log } = state
  const { words } = log
  const count = word(words, (at >>> 2) + 2)
  let index = (at + TABLES_BYTES) >>> 2
  tables.forgotten_before = word(words, (at >>> 2) + 3)
  for (let nth = 0; nth < count; nth++) {
    const tag = word(words, index)
    const id_bytes = tag >>> 16
    const place = raise(state, tableNamed(tag & 0xff), index + ENTRY_BYTES / 4, id_bytes, long(words, index + 2))
    if (place === NONE) return false
    tables.use(place, word(words, index + 1))
    index += (ENTRY_BYTES + padded(id_bytes)) >>> 2
  }
  return true
}

function tableNamed(table: number): Table {
  return table === PRODUCERS ? PRODUCERS : table === CHANNELS ? CHANNELS : KEYS
}

/**
 * Lets an entry say `next` at least. What is stored is taken whatever the limits say: they are for new work.
 *
 * @returns its place, or `NONE` when there is no more memory
 */
function raise({ log, tables }: State, table: Table, id: number, id_bytes: number, next: number): number {
  let place = tables.find(table, log.words, id, id_bytes)
  if (place === NONE) place = tables.insert(table, log.words, id, id_bytes)
  if (place !== NONE) tables.raise(place, next)
  return place
}
