/**
 * The dedup table (producer → next expected sequence), the channel table (destination → next sequence to give), and the set of
 * idempotency keys (key → LSN of its message).
 *
 * All live in one arena of entries, in the order in which they were made and in the very layout of a `tables` record, so
 * that a snapshot is a copy. An index of (hash, place) pairs with open addressing finds them; full ids are compared.
 * The set of keys is bounded: a new one takes the place of the oldest, whose entry is dead then, and swept up with others.
 *
 * @module
 */
import type { CoreLimits } from '../core.ts'
import { KEYS_MAX } from '../limits.ts'
import { int, long, padded, putLong, word } from '../word.ts'
import { keyedHash } from './keyed-hash.ts'

export const PRODUCERS = 0
export const CHANNELS = 1
export const KEYS = 2
export type Table = typeof PRODUCERS | typeof CHANNELS | typeof KEYS
/** What an entry belongs to that was dropped, until it is swept. */
const DEAD = 3

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
  /** Entries, the dead ones included; words of the dead ones. */
  #entries = 0
  #dead = 0
  /** Entries of each table. */
  readonly #counts = new Int32Array(3)
  readonly #keys_max: number
  /** No key stands before this place. */
  #oldest_key = 0
  /** Unknown producers that were born before this second are refused. */
  forgotten_before = 0
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
    this.#keys_max = limits.keys_max ?? KEYS_MAX
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
    return int(this.#counts, table) < this.#entries_max
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

  /** Makes an entry for an id that is not there; a key may cost the oldest one. Its place, or `NONE` when the platform has no more memory. */
  insert(table: Table, words: Uint32Array, first: number, id_bytes: number): number {
    const tag = (id_bytes << 16) | table
    const count = padded(id_bytes) >>> 2
    const bytes = ENTRY_BYTES + count * 4
    if (!this.#makeRoom(bytes >>> 2)) return NONE
    if (table === KEYS && int(this.#counts, KEYS) === this.#keys_max) this.#dropOldestKey()

    const place = this.used
    const entries = this.entries
    entries[place] = tag >>> 0
    entries[place + 1] = 0
    putLong(entries, place + 2, 1)
    for (let index = 0; index < count; index++) entries[place + ENTRY_WORDS + index] = word(words, first + index)
    this.#append(place)
    this.#index(this.#slots, place)
    return place
  }

  /** Makes what stands behind the entries one of them. */
  #append(place: number): void {
    const words = this.entryWords(place)
    const table = this.#tableAt(place)
    this.used += words
    this.#entries++
    this.#counts[table] = int(this.#counts, table) + 1
    if (this.#part_bytes + words * 4 > TABLES_PART_BYTES_MAX) {
      this.#parts++
      this.#part_bytes = TABLES_BYTES
    }
    this.#part_bytes += words * 4
  }

  /** The next sequence of the entry at `place`. */
  next(place: number): number {
    return long(this.entries, place + 2)
  }

  setNext(place: number, next: number): void {
    putLong(this.entries, place + 2, next)
  }

  /** Lets the entry say `next` at least. */
  raise(place: number, next: number): void {
    if (next > this.next(place)) this.setNext(place, next)
  }

  /** Notes that the entry was used in this second. */
  use(place: number, time: number): void {
    if (time > word(this.entries, place + 1)) this.entries[place + 1] = time
  }

  /** From here on, `release` may be called. */
  mark(): void {
    this.#marked = this.used
    this.#marked_parts = this.#parts
    this.#marked_part_bytes = this.#part_bytes
  }

  /** Takes back every entry, all of channels, that was made since the mark: a refused step leaves no trace. */
  release(): void {
    for (let place = this.#marked; place < this.used; place += this.entryWords(place)) {
      this.#counts[CHANNELS] = int(this.#counts, CHANNELS) - 1
      this.#entries--
      this.#unindex(place)
    }
    this.used = this.#marked
    this.#parts = this.#marked_parts
    this.#part_bytes = this.#marked_part_bytes
  }

  /** Forgets all. */
  clear(): void {
    this.forgotten_before = 0
    this.#empty()
    this.#slots.fill(0)
  }

  #empty(): void {
    this.used = 0
    this.#entries = 0
    this.#dead = 0
    this.#oldest_key = 0
    this.#counts.fill(0)
    this.#parts = 1
    this.#part_bytes = TABLES_BYTES
  }

  /** There must be one. Half of all words may be dead: so a sweep costs no more than what died since the last. */
  #dropOldestKey(): void {
    let place = this.#oldest_key
    while (this.#tableAt(place) !== KEYS) place += this.entryWords(place)
    this.#oldest_key = place
    this.entries[place] = word(this.entries, place) - KEYS + DEAD
    this.#counts[KEYS] = int(this.#counts, KEYS) - 1
    this.#dead += this.entryWords(place)
    if (this.#dead * 2 > this.used) this.sweep(0)
  }

  /** Closes the gaps that dead entries left, and those of forgotten producers and of keys from before that second. */
  sweep(keys_before: number): void {
    const end = this.used
    this.#empty()
    for (let place = 0; place < end; ) {
      const from = place
      const table = this.#tableAt(from)
      const time = word(this.entries, from + 1)
      place += this.entryWords(from)
      if (table === DEAD || (table === KEYS && time < keys_before)) continue
      if (table === PRODUCERS && time !== 0 && time < this.forgotten_before) continue
      this.entries.copyWithin(this.used, from, place)
      this.#append(this.used)
    }
    if (this.used === end) return
    this.#slots.fill(0)
    for (let place = 0; place < this.used; place += this.entryWords(place)) this.#index(this.#slots, place)
  }

  #tableAt(place: number): number {
    return word(this.entries, place) & 0xff
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
    if ((this.#entries + 1) * 4 > (this.#slots.length / 2) * 3) {
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
