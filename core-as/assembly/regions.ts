/**
 * How the memory is divided: [static][index of the tables][entries of the tables][pending bits][log].
 *
 * When one region grows, those behind it move. The log is the last, and the largest.
 */
import { Log } from './log'

/** The answers that the wrapper reads: 32 f64. */
export const FACTS: usize = 0
/** A producer's or destination's id, padded with zeros. */
export const ID: usize = 256
/** LSNs out of `pending`, into `acknowledge`: f64. */
export const LSNS: usize = 2048
export const LSNS_MAX: u32 = 1024
/** The hash key: 16 bytes. */
export const KEY: usize = 1536

const REGIONS: usize = 10240
/** Regions begin at a multiple of this: what one word of the pending set covers. */
export const MOVE_BYTES: u32 = 256
const PAGE_BYTES: u64 = 65536

export class Regions {
  static slots_bytes: u32 = 512
  static entries_bytes: u32 = 2048
  static log_bytes: u32 = 32768
  // One after the other, from `REGIONS` on; sums would be worked out at every start.
  static slots_at: usize = 10240
  static entries_at: usize = 10752
  static bits_at: usize = 12800
  static log_at: usize = 13312

  /** Gives the regions new sizes, none smaller than before. @returns false when the platform has no more memory */
  static lay(slots_bytes: u32, entries_bytes: u32, log_bytes: u32): bool {
    const entries_at = <u64>REGIONS + slots_bytes
    const bits_at = entries_at + entries_bytes
    const log_at = bits_at + (log_bytes >> 6)
    const pages = <i32>((log_at + log_bytes + PAGE_BYTES - 1) / PAGE_BYTES)
    if (pages > 65535) return false
    const missing = pages - memory.size()
    if (missing > 0 && memory.grow(missing) < 0) return false

    const moved = <usize>log_at - Regions.log_at
    memory.copy(<usize>log_at, Regions.log_at, Log.tail() + Log.reserved_bytes - Regions.log_at)
    const bits_bytes = Regions.log_bytes >> 6
    memory.copy(<usize>bits_at, Regions.bits_at, bits_bytes)
    memory.fill(<usize>bits_at + bits_bytes, 0, (log_bytes >> 6) - bits_bytes)
    memory.copy(<usize>entries_at, Regions.entries_at, Regions.entries_bytes)

    Log.move(moved)
    Regions.slots_bytes = slots_bytes
    Regions.entries_bytes = entries_bytes
    Regions.log_bytes = log_bytes
    Regions.entries_at = <usize>entries_at
    Regions.bits_at = <usize>bits_at
    Regions.log_at = <usize>log_at
    return true
  }
}
