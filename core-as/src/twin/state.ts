/**
 * What one core knows: the log, and what is derived from it.
 *
 * @module
 */
import type { CoreLimits, Lsn } from '../core.ts'
import { Kind } from '../core.ts'
import { padded, word } from '../word.ts'
import { LOG_CAPACITY_MAX, Log } from './log.ts'
import { PendingSet } from './pending-set.ts'
import { Records } from './records.ts'
import { openSegment } from './segment.ts'
import { Tables } from './tables.ts'

export class State {
  readonly limits: CoreLimits
  readonly log: Log
  readonly pending = new PendingSet()
  readonly tables: Tables
  readonly records: Records
  unconsumed = 0
  unacknowledged = 0
  /** LSN of the live checkpoint, or 0. */
  checkpoint = 0
  /** LSN of the last whole snapshot's first part, or -1. */
  snapshot = -1
  /** LSN of the segment that the search for the head came to. */
  head = 0

  constructor(limits: CoreLimits) {
    this.limits = limits
    this.log = new Log(limits)
    this.tables = new Tables(limits)
    this.records = new Records(this.log)
    this.pending.cover(this.log.capacity)
  }

  /** @returns whether the buffer holds `bytes` behind the log's end */
  makeRoom(bytes: number): boolean {
    const moved = this.log.makeRoom(bytes)
    if (moved < 0) return false
    if (moved > 0) this.pending.move(moved, this.log.end)
    this.pending.cover(this.log.capacity)
    return true
  }

  /** Where the next record goes, as an offset. */
  get tail(): number {
    return this.log.end + this.log.header_bytes
  }

  /** Promises room for a frame at the tail, within the limits for new work. */
  reserve(bytes_max: number): boolean {
    const { log } = this
    log.reserved_bytes = 0
    if (!(bytes_max >= 0 && bytes_max <= LOG_CAPACITY_MAX)) return false
    const bytes = padded(Math.ceil(bytes_max))
    if (!log.admits(log.header_bytes + bytes) || !this.makeRoom(log.header_bytes + bytes)) return false
    log.reserved_bytes = bytes
    return true
  }

  /** Makes the `bytes` bytes at the tail part of the log. */
  append(bytes: number): void {
    const { log } = this
    if (log.header_bytes > 0) openSegment(log)
    log.end += bytes
    log.reserved_bytes = 0
  }

  addUnconsumed(at: number): void {
    this.pending.set(at)
    this.unconsumed++
  }

  addUnacknowledged(at: number): void {
    this.pending.set(at)
    this.unacknowledged++
  }

  /** A new checkpoint takes the place of the one before it. */
  addCheckpoint(at: number): void {
    const { log } = this
    if (this.checkpoint !== 0 && this.pending.take(this.checkpoint - log.base)) this.unconsumed--
    this.checkpoint = log.base + at
    this.addUnconsumed(at)
  }

  /** @returns whether the item at `at` is one that a step may consume, and pending; it is no longer then */
  consume(at: number): boolean {
    const { log, pending } = this
    if (at < log.start || at >= log.end || !pending.has(at) || kindAt(log, at) === Kind.out) return false
    pending.take(at)
    this.unconsumed--
    if (log.base + at === this.checkpoint) this.checkpoint = 0
    return true
  }

  /** Takes back a `consume`. */
  restore(at: number): void {
    this.addUnconsumed(at)
    if (kindAt(this.log, at) === Kind.checkpoint) this.checkpoint = this.log.base + at
  }
}

export function kindAt(log: Log, at: number): number {
  return word(log.words, (at >>> 2) + 1) & 0xff
}

/** Brands a position as an LSN. */
export function lsn(position: number): Lsn {
  return position as Lsn
}
