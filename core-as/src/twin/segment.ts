/**
 * Segments: the header that opens one, the checksum that closes it, and the check of one that comes back from storage.
 *
 * @module
 */
import { Kind } from '../core.ts'
import { HIGH_WORD_MAX, long, putLong, word } from '../word.ts'
import { xxh32Words } from '../xxh32.ts'
import { type Log, SEGMENT_BYTES } from './log.ts'

export const FORMAT_VERSION = 1
const MAGIC = 0xda9c
const TAG = (Kind.segment | (FORMAT_VERSION << 8) | (MAGIC << 16)) >>> 0
/** Bytes of the header that the checksum covers. */
const CHECKED_BYTES = 20

/** Puts a header down at the log's end. */
export function openSegment(log: Log): void {
  const index = log.end >>> 2
  log.words.fill(0, index, index + SEGMENT_BYTES / 4)
  log.words[index] = SEGMENT_BYTES
  log.words[index + 1] = TAG
  putLong(log.words, index + 2, log.base + log.end)
  log.end += SEGMENT_BYTES
}

/** Writes body length and checksum into the header of the open segment. */
export function closeSegment(log: Log): void {
  const { words, sealed: at } = log
  const index = at >>> 2
  words[index + 4] = log.end - at - SEGMENT_BYTES
  words[index + 5] = checksum(words, at, log.end - at - SEGMENT_BYTES)
}

/** The bytes of the sealed segment at offset `at`, its header included. */
export function segmentBytes(log: Log, at: number): number {
  return SEGMENT_BYTES + word(log.words, (at >>> 2) + 4)
}

/** Checks the header and the checksum of the segment at offset `at`, which must end at `limit` or before. */
export function checkSegment(log: Log, at: number, limit: number): 'ok' | 'corrupt' | 'newer_format' {
  const { words } = log
  const index = at >>> 2
  if (limit - at < SEGMENT_BYTES || word(words, index) !== SEGMENT_BYTES) return 'corrupt'
  const tag = word(words, index + 1)
  if ((tag & 0xff) !== Kind.segment || tag >>> 16 !== MAGIC) return 'corrupt'
  if (((tag >>> 8) & 0xff) > FORMAT_VERSION) return 'newer_format'
  if (tag !== TAG || word(words, index + 3) > HIGH_WORD_MAX) return 'corrupt'
  const body_bytes = word(words, index + 4)
  if (body_bytes === 0 || (body_bytes & 7) !== 0 || body_bytes > limit - at - SEGMENT_BYTES) return 'corrupt'
  if (word(words, index + 6) !== 0 || word(words, index + 7) !== 0) return 'corrupt'
  return word(words, index + 5) === checksum(words, at, body_bytes) ? 'ok' : 'corrupt'
}

/** The LSN that the segment at offset `at` says it has. */
export function segmentLsn(log: Log, at: number): number {
  return long(log.words, (at >>> 2) + 2)
}

function checksum(words: Uint32Array, at: number, body_bytes: number): number {
  return xxh32Words(words, at >>> 2, CHECKED_BYTES, xxh32Words(words, (at + SEGMENT_BYTES) >>> 2, body_bytes, 0))
}
