/**
 * A snapshot: a copy of the tables in the log, so that the log before it can be dropped.
 *
 * @module
 */
import { Kind } from '../core.ts'
import type { State } from './state.ts'
import { TABLES_BYTES, TABLES_PART_BYTES_MAX } from './tables.ts'

export const FIRST_PART = 1
export const LAST_PART = 2

/** Bytes that a snapshot taken now adds to the log. */
export function snapshotBytes(state: State): number {
  return state.log.header_bytes + state.tables.snapshot_bytes
}

/**
 * Producers that were idle since before one second, and keys from before another, are forgotten first.
 *
 * @returns whether there was room: for what frees the log, its own limit does not count
 */
export function snapshot(state: State, producers_before: number, keys_before: number): boolean {
  const bytes = snapshotBytes(state)
  if (!state.makeRoom(bytes)) return false
  const { tables, log } = state
  tables.forgotten_before = Math.max(tables.forgotten_before, producers_before)
  tables.sweep(keys_before)
  state.snapshot = log.base + state.tail
  let from = 0
  do {
    const index = state.tail >>> 2
    let to = from
    let count = 0
    for (; to < tables.used; count++) {
      const words = tables.entryWords(to)
      if (TABLES_BYTES + (to - from + words) * 4 > TABLES_PART_BYTES_MAX) break
      to += words
    }
    const part_bytes = TABLES_BYTES + (to - from) * 4
    const flags = (from === 0 ? FIRST_PART : 0) | (to === tables.used ? LAST_PART : 0)
    log.words[index] = part_bytes
    log.words[index + 1] = Kind.tables | (flags << 8)
    log.words[index + 2] = count
    log.words[index + 3] = tables.forgotten_before
    log.words.set(tables.entries.subarray(from, to), index + TABLES_BYTES / 4)
    state.append(part_bytes)
    from = to
  } while (from < tables.used)
  return true
}
