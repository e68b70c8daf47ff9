/** Truncation: how far the log may be dropped, and dropping it. */
import { Log } from './log'
import { LogRegion } from './log-region'
import { PendingSet } from './pending-set'
import { segmentBytes } from './segment'
import { State } from './state'

/** LSN of the last whole snapshot, or of the log's start. */
export function snapshotted(): f64 {
  return State.snapshot < 0 ? Log.lsn(Log.start) : State.snapshot
}

/**
 * LSN of the newest segment before which nothing is pending and nothing is only known from there.
 * The search goes on from where the last one came to, so that it costs the same at every seal.
 */
export function head(): f64 {
  const limit = min(Log.lsn(PendingSet.first()), snapshotted())
  let at = <usize>(State.head - Log.origin)
  while (at < Log.sealed) {
    const next = at + segmentBytes(at)
    if (Log.lsn(next) > limit) break
    at = next
  }
  State.head = Log.lsn(at)
  return State.head
}

/** Drops all before `to`. @returns false when that is no segment's start, or after the head */
export function truncate(to: f64): bool {
  if (!(to <= head())) return false
  const wanted = to - Log.origin
  let at = Log.start
  while (<f64>at < wanted) at += segmentBytes(at)
  if (<f64>at != wanted) return false
  Log.start = at
  Log.reserved_bytes = 0
  LogRegion.compact()
  return true
}
