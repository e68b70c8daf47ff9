/** The pending set: one bit per 8 bytes of the log's region. Is the item there unconsumed, or unacknowledged? */
import { Log } from './log'
import { MOVE_BYTES, Regions } from './regions'

export class PendingSet {
  /** No bit is set below this word. */
  static first_word: u32 = 0

  // @ts-ignore: decorator
  @inline
  static set(at: usize): void {
    const unit = <u32>(at - Regions.log_at) >> 3
    const place = Regions.bits_at + ((unit >> 5) << 2)
    store<u32>(place, load<u32>(place) | (1 << (unit & 31)))
    if (unit >> 5 < PendingSet.first_word) PendingSet.first_word = unit >> 5
  }

  /** The same, where a call costs less than its code. */
  static add(at: usize): void {
    PendingSet.set(at)
  }

  // @ts-ignore: decorator
  @inline
  static has(at: usize): bool {
    const unit = <u32>(at - Regions.log_at) >> 3
    return ((load<u32>(Regions.bits_at + ((unit >> 5) << 2)) >> (unit & 31)) & 1) != 0
  }

  /** Test-and-clear. */
  // @ts-ignore: decorator
  @inline
  static take(at: usize): bool {
    const unit = <u32>(at - Regions.log_at) >> 3
    const place = Regions.bits_at + ((unit >> 5) << 2)
    const bits = load<u32>(place)
    const bit: u32 = 1 << (unit & 31)
    store<u32>(place, bits & ~bit)
    return (bits & bit) != 0
  }

  /** The first pending place at `from` or later, or the log's end. */
  static next(from: usize): usize {
    const end = Log.end
    if (from >= end) return end
    const log_at = Regions.log_at
    const unit = <u32>(from - log_at) >> 3
    let place = Regions.bits_at + ((unit >> 5) << 2)
    const last = Regions.bits_at + ((<u32>(end - 1 - log_at) >> 8) << 2)
    let bits: u32 = load<u32>(place) & (<u32>-1 << (unit & 31))
    while (bits == 0) {
      place += 4
      if (place > last) return end
      bits = load<u32>(place)
    }
    const at = log_at + <usize>((place - Regions.bits_at) << 6) + (ctz(bits) << 3)
    return min(at, end)
  }

  /** The first of all, or the log's end: found by going on from where the last search came to. */
  static first(): usize {
    const at = PendingSet.next(max(Regions.log_at + PendingSet.first_word * MOVE_BYTES, Log.start))
    PendingSet.first_word = <u32>(at - Regions.log_at) / MOVE_BYTES
    return at
  }

  /** Drops the first `words` words; the log takes `used` words after that. */
  static drop(words: u32, used: u32): void {
    memory.copy(Regions.bits_at, Regions.bits_at + (words << 2), used << 2)
    memory.fill(Regions.bits_at + (used << 2), 0, words << 2)
    PendingSet.first_word = PendingSet.first_word > words ? PendingSet.first_word - words : 0
  }

  /** Clears everything in `[from, end)`. */
  static clear(from: usize): void {
    for (let at = PendingSet.next(from); at < Log.end; at = PendingSet.next(at + 8)) PendingSet.take(at)
  }
}
