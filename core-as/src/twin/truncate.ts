/**
 * Truncation: how far the log may be dropped, and dropping it.
 *
 * @module
 */
import { segmentBytes } from './segment.ts'
import type { State } from './state.ts'

/** LSN of the last whole snapshot, or of the log's start. */
export function snapshotted(state: State): number {
  return state.snapshot < 0 ? state.log.base + state.log.start : state.snapshot
}

/**
 * LSN of the newest segment before which nothing is pending and nothing is only known from there.
 * The search goes on from where the last one came to, so that it costs the same at every seal.
 */
export function head(state: State): number {
  const { log, pending } = state
  const limit = Math.min(log.base + pending.first(log.start, log.end), snapshotted(state)) - log.base
  let at = state.head - log.base
  while (at < log.sealed) {
    const next = at + segmentBytes(log, at)
    if (next > limit) break
    at = next
  }
  state.head = log.base + at
  return state.head
}

/** Drops all before `to`. @returns false when that is no segment's start, or after the head */
export function truncate(state: State, to: number): boolean {
  const { log } = state
  if (!(to <= head(state))) return false
  const wanted = to - log.base
  let at = log.start
  while (at < wanted) at += segmentBytes(log, at)
  if (at !== wanted) return false
  log.start = at
  log.reserved_bytes = 0
  const moved = log.compact()
  if (moved > 0) state.pending.move(moved, log.end)
  return true
}
