/** A snapshot: a copy of both tables in the log, so that the log before it can be dropped. */
import { Log } from './log'
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

/** Was there room? For what frees the log, its own limit does not count. */
export function snapshot(): bool {
  if (!Log.makeRoom(snapshotBytes())) return false
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
    putWord(at + 12, 0)
    memory.copy(at + TABLES_BYTES, Regions.entries_at + from, to - from)
    State.append(part_bytes)
    from = to
  } while (from < Tables.used)
  return true
}
