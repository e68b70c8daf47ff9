/** What is derived from the log, besides the pending set and the tables. See src/twin/state.ts. */
import { Log, LOG_CAPACITY_MAX } from './log'
import { LogRegion } from './log-region'
import { PendingSet } from './pending-set'
import { openSegment } from './segment'
import { Kind, kindAt, padded } from './word'

export class State {
  static message_bytes_max: u32 = 0
  static unconsumed: u32 = 0
  static unacknowledged: u32 = 0
  /** LSN of the live checkpoint, or 0. */
  static checkpoint: f64 = 0
  /** LSN of the last whole snapshot's first part, or -1. */
  static snapshot: f64 = -1
  /** LSN of the segment that the search for the head came to. */
  static head: f64 = 0

  /** Promises room for a frame at the tail, within the limits for new work. */
  static reserve(bytes_max: u32): bool {
    Log.reserved_bytes = 0
    if (bytes_max > LOG_CAPACITY_MAX) return false
    const needed = Log.header_bytes() + padded(bytes_max)
    if (!Log.admits(needed) || !LogRegion.makeRoom(needed)) return false
    Log.reserved_bytes = padded(bytes_max)
    return true
  }

  /** Makes the `bytes` bytes at the tail part of the log. */
  static append(bytes: u32): void {
    if (Log.end == Log.sealed) openSegment()
    Log.end += bytes
    Log.reserved_bytes = 0
  }

  static addUnconsumed(at: usize): void {
    PendingSet.add(at)
    State.unconsumed++
  }

  static addUnacknowledged(at: usize): void {
    PendingSet.add(at)
    State.unacknowledged++
  }

  /** A new checkpoint takes the place of the one before it. */
  static addCheckpoint(at: usize): void {
    if (State.checkpoint != 0 && PendingSet.take(<usize>(State.checkpoint - Log.origin))) State.unconsumed--
    State.checkpoint = Log.lsn(at)
    State.addUnconsumed(at)
  }

  /** Is the item at `at` one that a step may consume, and pending? It is no longer then. */
  static consume(at: usize): bool {
    if (at < Log.start || at >= Log.end || !PendingSet.has(at)) return false
    const kind = kindAt(at)
    if (kind == Kind.OUT) return false
    PendingSet.take(at)
    State.unconsumed--
    if (kind == Kind.CHECKPOINT && Log.lsn(at) == State.checkpoint) State.checkpoint = 0
    return true
  }

  /** Takes back a `consume`. */
  static restore(at: usize): void {
    State.addUnconsumed(at)
    if (kindAt(at) == Kind.CHECKPOINT) State.checkpoint = Log.lsn(at)
  }
}
