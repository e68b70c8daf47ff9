/** Segments: the header that opens one, the checksum that closes it, and the check of one that comes back from storage. */
import { Log, SEGMENT_BYTES } from './log'
import { HIGH_WORD_MAX, Kind, long, putLong, putWord, word } from './word'
import { xxh32 } from './xxh32'

/** The answers of `checkSegment` and `load`. */
export const OK: i32 = 0
export const CORRUPT: i32 = 1
export const NEWER_FORMAT: i32 = 2
export const GAP: i32 = 3
export const FULL: i32 = 4

const FORMAT_VERSION: u32 = 1
const MAGIC: u32 = 0xda9c
const TAG: u32 = Kind.SEGMENT | (FORMAT_VERSION << 8) | (MAGIC << 16)
/** Bytes of the header that the checksum covers. */
const CHECKED_BYTES: u32 = 20

/** Puts a header down at the log's end. */
export function openSegment(): void {
  const at = Log.end
  putWord(at, SEGMENT_BYTES)
  putWord(at + 4, TAG)
  putLong(at + 8, <u64>Log.lsn(at))
  putLong(at + 16, 0)
  putLong(at + 24, 0)
  Log.end = at + SEGMENT_BYTES
}

/** Writes body length and checksum into the header of the open segment. */
export function closeSegment(): void {
  const at = Log.sealed
  const body_bytes = <u32>(Log.end - at) - SEGMENT_BYTES
  putWord(at + 16, body_bytes)
  putWord(at + 20, checksum(at, body_bytes))
}

/** The bytes of the sealed segment at `at`, its header included. */
export function segmentBytes(at: usize): u32 {
  return SEGMENT_BYTES + word(at + 16)
}

/** Checks the header and the checksum of the segment at `at`, which must end at `limit` or before. */
export function checkSegment(at: usize, limit: usize): i32 {
  if (<u32>(limit - at) < SEGMENT_BYTES || word(at) != SEGMENT_BYTES) return CORRUPT
  const tag = word(at + 4)
  if ((tag & 0xff) != Kind.SEGMENT || tag >> 16 != MAGIC) return CORRUPT
  if (((tag >> 8) & 0xff) > FORMAT_VERSION) return NEWER_FORMAT
  if (tag != TAG || word(at + 12) > HIGH_WORD_MAX) return CORRUPT
  const body_bytes = word(at + 16)
  if (body_bytes == 0 || (body_bytes & 7) != 0 || body_bytes > <u32>(limit - at) - SEGMENT_BYTES) return CORRUPT
  if (long(at + 24) != 0) return CORRUPT
  return word(at + 20) == checksum(at, body_bytes) ? OK : CORRUPT
}

/** The LSN that the segment at `at` says it has. */
export function segmentLsn(at: usize): f64 {
  return <f64>long(at + 8)
}

function checksum(at: usize, body_bytes: u32): u32 {
  return xxh32(at, CHECKED_BYTES, xxh32(at + SEGMENT_BYTES, body_bytes, 0))
}
