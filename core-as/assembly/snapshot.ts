/** A snapshot: a copy of the tables in the log, so that the log before it can be dropped. */
import { Log } from './log'
import { LogRegion } from './log-region'
import { Regions } from './regions'
import { State } from './state'
import { Tables, TABLES_BYTES, TABLES_PART_BYTES_MAX } from './tables'
import { Kind, putWord } from './word'

export const FIRST_PART: u32 = 1
export const LAST_PART: u32 = 2

/** Bytes that a snapshot taken now adds to the log. */
export function snapshotBytes(): u32 {
  return Log.header_bytes() + Tables.snapshot_bytes()
}

/**
 * Was there room? For what frees the log, its own limit does not count. Producers that were idle since before one second,
 * and keys from before another, are forgotten first.
 */
export function snapshot(producers_before: u32, keys_before: u32): bool {
  if (!LogRegion.makeRoom(snapshotBytes())) return false
  Tables.forgotten_before = max(Tables.forgotten_before, producers_before)
  Tables.sweep(keys_before)
  State.snapshot = Log.lsn(Log.tail())
  let from: u32 = 0
  do {
    const at = Log.tail()
    let to = from
    let count: u32 = 0
    for (; to < Tables.used; count++) {
      const bytes = Tables.entryBytes(to)
      if (TABLES_BYTES + to - from + bytes > TABLES_PART_BYTES_MAX) break
      to += bytes
    }
    const part_bytes = TABLES_BYTES + to - from
    const flags = (from == 0 ? FIRST_PART : 0) | (to == Tables.used ? LAST_PART : 0)
    putWord(at, part_bytes)
    putWord(at + 4, Kind.TABLES | (flags << 8))
    putWord(at + 8, count)
    putWord(at + 12, Tables.forgotten_before)
    memory.copy(at + TABLES_BYTES, Regions.entries_at + from, to - from)
    State.append(part_bytes)
    from = to
  } while (from < Tables.used)
  return true
}
