/**
 * The dedup table (producer → next expected sequence) and the channel table (destination → next sequence to give).
 *
 * Both live in one arena of entries, in the order in which they were made and in the very layout of a `tables` record, so
 * that a snapshot is a copy. An index of (hash, place) pairs with open addressing finds them; full ids are compared.
 *
 * @module
 */
import type { CoreLimits } from '../core.ts'
import { long, padded, putLong, word } from '../word.ts'
import { keyedHash } from './keyed-hash.ts'

export const PRODUCERS = 0
export const CHANNELS = 1
export type Table = typeof PRODUCERS | typeof CHANNELS

export const ENTRY_BYTES = 16
export const TABLES_BYTES = 16
/** A snapshot's parts are at most this long. */
export const TABLES_PART_BYTES_MAX = 60_000

/** `find`'s answer for an id that is not there, `insert`'s when it doesn't fit. */
export const NONE = -1

const ENTRY_WORDS = 4
const ARENA_WORDS_MIN = 512
const ARENA_WORDS_MAX = 1 << 28
const SLOTS_MIN = 64

export class Tables {
  readonly #key0: number
  readonly #key1: number
  readonly #entries_max: number
  /** The entries. Their places, in words, are what `find` and `insert` answer. */
  entries = new Uint32Array(ARENA_WORDS_MIN)
  /** Words of `entries` in use. */
  used = 0
  /** Pairs: the id's hash, the entry's place + 1; 0 is a free pair. */
  #slots = new Uint32Array(2 * SLOTS_MIN)
  #producers = 0
  #channels = 0
  /** The parts of a snapshot taken now, and the bytes in the last of them: known at any time without a walk. */
  #parts = 1
  #part_bytes = TABLES_BYTES
  #marked = 0
  #marked_parts = 1
  #marked_part_bytes = TABLES_BYTES

  constructor(limits: CoreLimits) {
    const key = new DataView(limits.hash_key.buffer, limits.hash_key.byteOffset, limits.hash_key.byteLength)
    this.#key0 = key.getInt32(0, true) ^ key.getInt32(8, true)
    this.#key1 = key.getInt32(4, true) ^ key.getInt32(12, true)
    this.#entries_max = limits.producers_max
  }

  /** Bytes that all parts of a snapshot have together. */
  get snapshot_bytes(): number {
    return this.#parts * TABLES_BYTES + this.used * 4
  }

  get memory_bytes(): number {
    return this.entries.byteLength + this.#slots.byteLength
  }

  /** @returns whether new work may make another entry */
  admits(table: Table): boolean {
    return (table === PRODUCERS ? this.#producers : this.#channels) < this.#entries_max
  }

  /** The place of the entry for the id of `id_bytes` that stands, padded with zeros, at `words[first]`; or `NONE`. */
  find(table: Table, words: Uint32Array, first: number, id_bytes: number): number {
    const tag = (id_bytes << 16) | table
    const count = padded(id_bytes) >>> 2
    const hash = keyedHash(this.#key0, this.#key1, words, first, count, tag) >>> 0
    const slots = this.#slots
    const mask = slots.length / 2 - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const place = word(slots, slot * 2 + 1) - 1
      if (place < 0) return NONE
      if (word(slots, slot * 2) === hash && this.#holds(place, tag, words, first, count)) return place
    }
  }

  /** Makes an entry for an id that is not there. Its place, or `NONE` when the platform has no more memory. */
  insert(table: Table, words: Uint32Array, first: number, id_bytes: number): number {
    const tag = (id_bytes << 16) | table
    const count = padded(id_bytes) >>> 2
    const bytes = ENTRY_BYTES + count * 4
    if (!this.#makeRoom(bytes >>> 2)) return NONE

    const place = this.used
    const entries = this.entries
    entries[place] = tag >>> 0
    entries[place + 1] = 0
    putLong(entries, place + 2, 1)
    for (let index = 0; index < count; index++) entries[place + ENTRY_WORDS + index] = word(words, first + index)
    this.used = place + (bytes >>> 2)
    this.#index(this.#slots, place)

    if (table === PRODUCERS) this.#producers++
    else this.#channels++
    if (this.#part_bytes + bytes > TABLES_PART_BYTES_MAX) {
      this.#parts++
      this.#part_bytes = TABLES_BYTES
    }
    this.#part_bytes += bytes
    return place
  }

  /** The next sequence of the entry at `place`. */
  next(place: number): number {
    return long(this.entries, place + 2)
  }

  setNext(place: number, next: number): void {
    putLong(this.entries, place + 2, next)
  }

  /** From here on, `release` may be called. */
  mark(): void {
    this.#marked = this.used
    this.#marked_parts = this.#parts
    this.#marked_part_bytes = this.#part_bytes
  }

  /** Takes back every entry that was made since the mark: a refused step leaves no trace. */
  release(): void {
    for (let place = this.#marked; place < this.used; place += this.entryWords(place)) {
      if ((word(this.entries, place) & 0xff) === PRODUCERS) this.#producers--
      else this.#channels--
      this.#unindex(place)
    }
    this.used = this.#marked
    this.#parts = this.#marked_parts
    this.#part_bytes = this.#marked_part_bytes
  }

  /** Forgets all. */
  clear(): void {
    this.used = 0
    this.#producers = 0
    this.#channels = 0
    this.#slots.fill(0)
    this.#parts = 1
    this.#part_bytes = TABLES_BYTES
  }

  /** Words that the entry at `place` takes. */
  entryWords(place: number): number {
    return ENTRY_WORDS + (padded(word(this.entries, place) >>> 16) >>> 2)
  }

  #holds(place: number, tag: number, words: Uint32Array, first: number, count: number): boolean {
    const entries = this.entries
    if (word(entries, place) !== tag >>> 0) return false
    for (let index = 0; index < count; index++) {
      if (word(entries, place + ENTRY_WORDS + index) !== word(words, first + index)) return false
    }
    return true
  }

  #makeRoom(words: number): boolean {
    if (this.used + words > this.entries.length) {
      if (this.entries.length * 2 > ARENA_WORDS_MAX) return false
      const grown = allocate(this.entries.length * 2)
      if (grown === undefined) return false
      grown.set(this.entries)
      this.entries = grown
    }
    // Free pairs are kept at a quarter or more, so that searches stay short.
    if ((this.#producers + this.#channels + 1) * 4 > (this.#slots.length / 2) * 3) {
      return this.#widen()
    }
    return true
  }

  #widen(): boolean {
    const slots = allocate(this.#slots.length * 2)
    if (slots === undefined) return false
    for (let place = 0; place < this.used; place += this.entryWords(place)) this.#index(slots, place)
    this.#slots = slots
    return true
  }

  #index(slots: Uint32Array, place: number): void {
    const hash = this.#hash(place)
    const mask = slots.length / 2 - 1
    let slot = hash & mask
    while (word(slots, slot * 2 + 1) !== 0) slot = (slot + 1) & mask
    slots[slot * 2] = hash
    slots[slot * 2 + 1] = place + 1
  }

  /** Frees the pair of the entry at `place`. Only for the newest entries: the search for an older one never passes them. */
  #unindex(place: number): void {
    const slots = this.#slots
    const mask = slots.length / 2 - 1
    let slot = this.#hash(place) & mask
    while (word(slots, slot * 2 + 1) !== place + 1) slot = (slot + 1) & mask
    slots[slot * 2] = 0
    slots[slot * 2 + 1] = 0
  }

  #hash(place: number): number {
    const tag = word(this.entries, place)
    return keyedHash(this.#key0, this.#key1, this.entries, place + ENTRY_WORDS, padded(tag >>> 16) >>> 2, tag | 0)
  }
}

function allocate(words: number): Uint32Array<ArrayBuffer> | undefined {
  try {
    return new Uint32Array(words)
  } catch {
    return undefined // the platform has no more memory: a limit like any other
  }
}
