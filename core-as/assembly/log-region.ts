/** The log's region of the memory: room at its end, and its dead prefix. */
import { Log, LOG_CAPACITY_MAX } from './log'
import { PendingSet } from './pending-set'
import { MOVE_BYTES, Regions } from './regions'

export class LogRegion {
  /** Makes the region hold `bytes` behind `end`, by dropping its dead prefix or by doubling. */
  static makeRoom(bytes: u32): bool {
    const used = <u64>(Log.end - Regions.log_at)
    if (used + bytes <= Regions.log_bytes) return true
    const dead = <u64>((Log.start - Regions.log_at) & ~(MOVE_BYTES - 1))
    if (dead * 2 >= used && used - dead + bytes <= Regions.log_bytes) {
      LogRegion.drop(<u32>dead)
      return true
    }
    let capacity = <u64>Regions.log_bytes
    while (capacity < used + bytes) capacity *= 2
    if (capacity > LOG_CAPACITY_MAX) {
      if (used - dead + bytes > LOG_CAPACITY_MAX) return false
      LogRegion.drop(<u32>dead)
      capacity = LOG_CAPACITY_MAX
    }
    return Regions.lay(Regions.slots_bytes, Regions.entries_bytes, <u32>capacity)
  }

  /** Moves the live bytes to the front once the dead ones before them are at least half of what is used. */
  static compact(): void {
    const dead = (Log.start - Regions.log_at) & ~(MOVE_BYTES - 1)
    if (dead > 0 && <u64>dead * 2 >= Log.end - Regions.log_at) LogRegion.drop(<u32>dead)
  }

  static drop(dead: u32): void {
    const live_at = Regions.log_at + dead
    memory.copy(Regions.log_at, live_at, Log.end - live_at)
    PendingSet.drop(dead / MOVE_BYTES, (<u32>(Log.end - live_at) + MOVE_BYTES - 1) / MOVE_BYTES)
    Log.move(-dead)
  }
}
