/**
 * The log: a stretch of memory, from `start` to `end`, and where it stands in the DARQ's history.
 *
 * Inside the core a position is an address; an LSN is `origin` + address, and appears only where the outside sees it.
 */
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

  /** Follows the bytes, which stand `bytes` further on now. */
  static move(bytes: usize): void {
    Log.origin -= <f64>(<i32>bytes)
    Log.start += bytes
    Log.end += bytes
    Log.sealed += bytes
  }
}
