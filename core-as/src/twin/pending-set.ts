/**
 * The pending set: one bit per 8 bytes of the log's buffer. Is the item there unconsumed, or unacknowledged?
 *
 * @module
 */
import { word } from '../word.ts'
import { MOVE_BYTES } from './log.ts'

export class PendingSet {
  words = new Uint32Array(0)
  /** No bit is set below this word. */
  #first = 0

  /** Covers a log buffer of `capacity` bytes. */
  cover(capacity: number): void {
    if (this.words.length * MOVE_BYTES >= capacity) return
    const grown = new Uint32Array(capacity / MOVE_BYTES)
    grown.set(this.words)
    this.words = grown
  }

  set(at: number): void {
    const index = at >>> 8
    this.words[index] = word(this.words, index) | (1 << ((at >>> 3) & 31))
    if (index < this.#first) this.#first = index
  }

  has(at: number): boolean {
    return ((word(this.words, at >>> 8) >>> ((at >>> 3) & 31)) & 1) !== 0
  }

  /** Test-and-clear. */
  take(at: number): boolean {
    const index = at >>> 8
    const bits = word(this.words, index)
    const bit = 1 << ((at >>> 3) & 31)
    this.words[index] = bits & ~bit
    return (bits & bit) !== 0
  }

  /** @returns the first pending offset at `from` or later and before `end`, or `end` */
  next(from: number, end: number): number {
    if (from >= end) return end
    const last = (end - 1) >>> 8
    let index = from >>> 8
    let bits = word(this.words, index) & (-1 << ((from >>> 3) & 31))
    while (bits === 0) {
      if (++index > last) return end
      bits = word(this.words, index)
    }
    const at = index * MOVE_BYTES + (31 - Math.clz32(bits & -bits)) * 8
    return Math.min(at, end)
  }

  /** The first of all, or `end`: found by going on from where the last search came to. */
  first(start: number, end: number): number {
    const known = this.#first * MOVE_BYTES
    const at = this.next(Math.max(known, start), end)
    this.#first = at >>> 8
    return at
  }

  /** Follows the log's buffer by `bytes` towards the front, a multiple of `MOVE_BYTES`; `end` is the log's end after that. */
  move(bytes: number, end: number): void {
    const moved = bytes / MOVE_BYTES
    const used = (end + MOVE_BYTES - 1) >>> 8
    this.words.copyWithin(0, moved, moved + used)
    this.words.fill(0, used, moved + used)
    this.#first = Math.max(0, this.#first - moved)
  }

  /** Clears everything in `[from, end)`. */
  clear(from: number, end: number): void {
    for (let at = this.next(from, end); at < end; at = this.next(at + 8, end)) this.take(at)
  }
}
