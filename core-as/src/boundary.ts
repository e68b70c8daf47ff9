/**
 * Where a log can go back to. One piece of code for both cores: a rewind is rare, and the log can be read from here.
 *
 * @module
 */
import { Kind } from './core.ts'
import { padded, word } from './word.ts'

const SEGMENT_BYTES = 32

/**
 * Is `to` the end of a segment at which the state is known? All are offsets in `words`, in bytes.
 *
 * @param whole the log starts with the first record ever: nothing was dropped
 */
export function isBoundary(words: Uint32Array, start: number, sealed: number, to: number, whole: boolean): boolean {
  if (!(to >= start && to <= sealed)) return false
  // What was dropped is known from a snapshot alone: without one before it, a place after a dropped part can't be gone back to.
  let known = whole
  let at = start
  while (at < to) {
    const end = at + SEGMENT_BYTES + word(words, (at >>> 2) + 4)
    for (let record = at + SEGMENT_BYTES; record < end && !known; record += padded(word(words, record >>> 2))) {
      known = (word(words, (record >>> 2) + 1) & 0xff) === Kind.tables
    }
    at = end
  }
  return at === to && known
}
