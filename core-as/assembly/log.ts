/**
 * The log: a stretch of memory, from `start` to `end`, and where it stands in the DARQ's history.
 *
 * Inside the core a position is an address; an LSN is `origin` + address, and appears only where the outside sees it.
 */
import { PendingSet } from './pending-set'
import { MOVE_BYTES, Regions } from './regions'

export const SEGMENT_BYTES: u32 = 32
export const LOG_CAPACITY_MAX: u32 = 1 << 30
const LSN_MAX: f64 = 9007199254740992 - 4294967296

export class Log {
  /** LSN of address 0; often negative. */
  static origin: f64 = -13312
  static start: usize = 13312
  static end: usize = 13312
  static sealed: usize = 13312
  /** Bytes that the last `reserve` promised. */
  static reserved_bytes: u32 = 0
  static bytes_max: u32 = 0

  static lsn(at: usize): f64 {
    return Log.origin + <f64>at
  }

  /** Bytes of the segment header that the next record needs before it. */
  // @ts-ignore: decorator
  @inline
  static header_bytes(): u32 {
    return Log.end == Log.sealed ? SEGMENT_BYTES : 0
  }

  /** Where the next record goes. */
  // @ts-ignore: decorator
  @inline
  static tail(): usize {
    return Log.end + Log.header_bytes()
  }

  /** Do `bytes` more fit into the limits that new work must keep? */
  static admits(bytes: u32): bool {
    return <u64>(Log.end - Log.start) + bytes <= Log.bytes_max && Log.lsn(Log.end) <= LSN_MAX
  }

  /** Makes the region hold `bytes` behind `end`, by dropping its dead prefix or by doubling. */
  static makeRoom(bytes: u32): bool {
    const used = <u64>(Log.end - Regions.log_at)
    if (used + bytes <= Regions.log_bytes) return true
    const dead = <u64>((Log.start - Regions.log_at) & ~(MOVE_BYTES - 1))
    if (dead * 2 >= used && used - dead + bytes <= Regions.log_bytes) {
      Log.drop(<u32>dead)
      return true
    }
    let capacity = <u64>Regions.log_bytes
    while (capacity < used + bytes) capacity *= 2
    if (capacity > LOG_CAPACITY_MAX) {
      if (used - dead + bytes > LOG_CAPACITY_MAX) return false
      Log.drop(<u32>dead)
      capacity = LOG_CAPACITY_MAX
    }
    return Regions.lay(Regions.slots_bytes, Regions.entries_bytes, <u32>capacity)
  }

  /** Moves the live bytes to the front once the dead ones before them are at least half of what is used. */
  static compact(): void {
    const dead = (Log.start - Regions.log_at) & ~(MOVE_BYTES - 1)
    if (dead > 0 && <u64>dead * 2 >= Log.end - Regions.log_at) Log.drop(<u32>dead)
  }

  static drop(dead: u32): void {
    const live_at = Regions.log_at + dead
    memory.copy(Regions.log_at, live_at, Log.end - live_at)
    PendingSet.drop(dead / MOVE_BYTES, (<u32>(Log.end - live_at) + MOVE_BYTES - 1) / MOVE_BYTES)
    Log.move(-dead)
  }

  /** Follows the bytes, which stand `bytes` further on now. */
  static move(bytes: usize): void {
    Log.origin -= <f64>(<i32>bytes)
    Log.start += bytes
    Log.end += bytes
    Log.sealed += bytes
  }
}
