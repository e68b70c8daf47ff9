/**
 * The digest of a core: equal for equal states, whatever memory they take and whatever keys their tables are hashed with.
 * One piece of code reads the memory of both cores, so that neither is asked about itself.
 *
 * @module
 */
import { padded, word } from './word.ts'
import { xxh32End, xxh32Mix, xxh32Words } from './xxh32.ts'

/** The table of entries that were dropped and are not swept up yet. */
const DEAD = 3

/** Where everything stands in a core's memory. Places are byte offsets in `log` unless they say otherwise. */
export interface Anatomy {
  readonly log: Uint32Array
  /** LSN of offset 0. */
  readonly base: number
  readonly start: number
  readonly end: number
  readonly sealed: number
  /** The pending set: the bit for the 8 bytes at `bits_from` is the first of word `bits_first`. */
  readonly bits: Uint32Array
  readonly bits_first: number
  readonly bits_from: number
  /** The tables' entries: words `[entries_first, entries_end)`. */
  readonly entries: Uint32Array
  readonly entries_first: number
  readonly entries_end: number
  /** The second before which unknown producers are refused. */
  readonly forgotten_before: number
}

/** XXH32 of the log's bytes, then its rounds over: where it stands, what is pending, and the sum of the entries' hashes. */
export function digestOf(core: Anatomy): number {
  const { log, start, end } = core
  let hash = xxh32Words(log, start >>> 2, end - start, 0) | 0
  const lsn = core.base + start
  hash = xxh32Mix(hash, lsn | 0)
  hash = xxh32Mix(hash, lsn / 0x1_0000_0000)
  hash = xxh32Mix(hash, core.sealed - start)
  for (let at = start; at < end; at += 8) {
    const unit = (at - core.bits_from) >>> 3
    const bits = word(core.bits, core.bits_first + (unit >>> 5)) >>> (unit & 31)
    // An empty word's last bit is taken next.
    if (bits === 0) at += (31 - (unit & 31)) * 8
    else if ((bits & 1) !== 0) hash = xxh32Mix(hash, (at - start) >>> 3)
  }
  return xxh32End(xxh32Mix(xxh32Mix(hash, core.forgotten_before), entriesDigest(core)))
}

/** The same in whatever order the entries were made. */
function entriesDigest({ entries, entries_first, entries_end }: Anatomy): number {
  let sum = 0
  let entry = entries_first
  while (entry < entries_end) {
    const bytes = 16 + padded(word(entries, entry) >>> 16)
    if ((word(entries, entry) & 0xff) !== DEAD) sum = (sum + xxh32Words(entries, entry, bytes, 0)) | 0
    entry += bytes >>> 2
  }
  return sum
}
