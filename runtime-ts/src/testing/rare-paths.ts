/**
 * Paths of the engine that are seldom taken. A standard run counts them: one that is never taken was not tested, whatever
 * the faults were.
 *
 * @module
 */
import { Kind, type Lsn } from '@darq/core'
import type { Part } from '../engine/commit-value.ts'
import type { LiveHost } from '../engine/host.ts'

export const rarePaths = [
  'commit_lost', // what a crash found sealed but not written is undone
  'commit_kept', // what a crash found on its way was written after all, unknown to its writer
  'owner_replaced', // another life has claimed the store of one that still runs or sleeps
  'owner_fenced', // a write of such a one is refused
  'dead_letter', // a message is set aside
  'backpressure', // a full log refuses what is new
  'parked', // a message that waits for long is kept as state
  'timer_moved', // a far timer's record is written anew, further on
  'log_moved', // an idle DARQ's log is written anew, so that old commits can go
  'checkpoint', // a small state in one record
  'snapshot', // a copy of the dedup and channel tables
  'duplicate_refused',
  'gap_refused',
  'stale_processor_refused', // a step of an older incarnation
  'sent_speculatively', // messages leave before they are durable
  'went_back', // a host goes back, because another has lost what it depends on
  'went_back_below_durable', // and undoes what it had reported durable
  'went_back_within_commit', // and keeps a part of a stored value
  'committed_anew', // what was told to be committed is found uncommitted after a restart, until its dependencies are asked again
] as const

export type RarePath = (typeof rarePaths)[number]
export type PathCounts = Record<RarePath, number>

export function noPaths(): PathCounts {
  const counts = {} as PathCounts
  for (const path of rarePaths) counts[path] = 0
  return counts
}

// Cells that hold bytes: format and length stand before their JSON.
const cell_at = 8 + 5
const parked_mark = '["$parked"'
const dead_mark = '["$dead"'

/** Counts what a commit shows before it goes to the store. */
export function countPaths(counts: PathCounts, host: LiveHost, parts: readonly Part[]): void {
  for (const { name, whole, bytes } of parts) {
    if (whole) counts.log_moved += 1
    else countRecords(counts, host, name, bytes)
  }
}

function countRecords(counts: PathCounts, host: LiveHost, darq: string, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let segment_lsn = 0
  let segment_at = 0
  let timer_at = -1
  for (let at = 0; at < bytes.length; at += (view.getUint32(at, true) + 7) & ~7) {
    switch (view.getUint8(at + 4)) {
      case Kind.segment:
        segment_at = at
        segment_lsn = view.getUint32(at + 8, true) + view.getUint32(at + 12, true) * 2 ** 32
        break
      case Kind.checkpoint:
        counts.checkpoint += 1
        break
      case Kind.tables:
        counts.snapshot += 1
        break
      case Kind.self:
        if (startsWith(bytes, at + cell_at, parked_mark)) counts.parked += 1
        else if (startsWith(bytes, at + cell_at, dead_mark)) counts.dead_letter += 1
        break
      case Kind.timer:
        timer_at = at
        break
      case Kind.completion: {
        const lsn = segment_lsn + at - segment_at
        const consumed = lsn - view.getUint32(at + 16, true) * 8
        if (timer_at >= 0 && isSame(host, darq, consumed as Lsn, bytes, timer_at)) counts.timer_moved += 1
        timer_at = -1
      }
    }
  }
}

/** Is the record at `lsn` of the log the same timer as the one in `bytes`? */
function isSame(host: LiveHost, darq: string, lsn: Lsn, bytes: Uint8Array, at: number): boolean {
  const core = host.existing(darq)?.core
  if (!core || lsn < core.start || lsn >= core.end) return false
  const there = core.at(lsn)
  const size = core.words[there >>> 2] ?? 0
  const record = core.bytes.subarray(there, there + size)
  return record.every((byte, index) => byte === bytes[at + index])
}

function startsWith(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (bytes[at + i] !== text.charCodeAt(i)) return false
  return true
}
