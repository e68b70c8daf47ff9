/**
 * The dedup table (producer → next expected sequence) and the channel table (destination → next sequence to give).
 * See src/twin/tables.ts. An entry's place is an offset among the entries, so that it stays good when they move.
 */
import { keyedHash } from './keyed-hash'
import { KEY, Regions } from './regions'
import { long, padded, putLong, putWord, word } from './word'

export const PRODUCERS: u32 = 0
export const CHANNELS: u32 = 1

export const ENTRY_BYTES: u32 = 16
export const TABLES_BYTES: u32 = 16
/** A snapshot's parts are at most this long. */
export const TABLES_PART_BYTES_MAX: u32 = 60_000

/** `find`'s answer for an id that is not there. */
export const NONE: u32 = 0xffffffff

const ENTRIES_BYTES_MAX: u32 = 1 << 30
const SLOT_BYTES: u32 = 8

export class Tables {
  static entries_max: u32 = 0
  /** Bytes of the entries. */
  static used: u32 = 0
  static producers: u32 = 0
  static channels: u32 = 0
  /** The parts of a snapshot taken now, and the bytes in the last of them. */
  static parts: u32 = 1
  static part_bytes: u32 = TABLES_BYTES
  static marked: u32 = 0
  static marked_parts: u32 = 1
  static marked_part_bytes: u32 = TABLES_BYTES

  static snapshot_bytes(): u32 {
    return Tables.parts * TABLES_BYTES + Tables.used
  }

  /** May new work make another entry? */
  static admits(table: u32): bool {
    return (table == PRODUCERS ? Tables.producers : Tables.channels) < Tables.entries_max
  }

  /** The place of the entry for the id of `id_bytes` that stands, padded with zeros, at `id`; or `NONE`. */
  static find(table: u32, id: usize, id_bytes: u32): u32 {
    const tag = (id_bytes << 16) | table
    const bytes = padded(id_bytes)
    const hash = keyedHash(word(KEY), word(KEY + 4), id, bytes, tag)
    const mask = Regions.slots_bytes - SLOT_BYTES
    let slot = (hash * SLOT_BYTES) & mask
    let place = word(Regions.slots_at + slot + 4) - 1
    while (place != NONE) {
      if (word(Regions.slots_at + slot) == hash && Tables.holds(place, tag, id, bytes)) break
      slot = (slot + SLOT_BYTES) & mask
      place = word(Regions.slots_at + slot + 4) - 1
    }
    return place
  }

  /** Makes room for `count` entries of `bytes` bytes together: the log may move. @returns false when there is none */
  static makeRoom(count: u32, bytes: u32): bool {
    let entries_bytes = <u64>Regions.entries_bytes
    while (<u64>Tables.used + bytes > entries_bytes) entries_bytes *= 2
    // Free pairs are kept at a quarter or more, so that searches stay short.
    const wanted = ((<u64>Tables.producers + Tables.channels + count) * 4 * SLOT_BYTES) / 3
    let slots_bytes = <u64>Regions.slots_bytes
    while (wanted > slots_bytes) slots_bytes *= 2
    if (entries_bytes > ENTRIES_BYTES_MAX || slots_bytes > ENTRIES_BYTES_MAX) return false
    const wider = slots_bytes > Regions.slots_bytes
    if (!wider && entries_bytes == Regions.entries_bytes) return true
    if (!Regions.lay(<u32>slots_bytes, <u32>entries_bytes, Regions.log_bytes)) return false
    if (wider) Tables.reindex()
    return true
  }

  /** Makes an entry for an id that is not there. There must be room. @returns its place */
  static insert(table: u32, id: usize, id_bytes: u32): u32 {
    const bytes = ENTRY_BYTES + padded(id_bytes)
    const place = Tables.used
    const entry = Regions.entries_at + place
    putWord(entry, (id_bytes << 16) | table)
    putWord(entry + 4, 0)
    putLong(entry + 8, 1)
    memory.copy(entry + ENTRY_BYTES, id, bytes - ENTRY_BYTES)
    Tables.used = place + bytes
    Tables.index(place)

    if (table == PRODUCERS) Tables.producers++
    else Tables.channels++
    if (Tables.part_bytes + bytes > TABLES_PART_BYTES_MAX) {
      Tables.parts++
      Tables.part_bytes = TABLES_BYTES
    }
    Tables.part_bytes += bytes
    return place
  }

  /** The next sequence of the entry at `place`. */
  // @ts-ignore: decorator
  @inline
  static next(place: u32): u64 {
    return long(Regions.entries_at + place + 8)
  }

  // @ts-ignore: decorator
  @inline
  static setNext(place: u32, next: u64): void {
    putLong(Regions.entries_at + place + 8, next)
  }

  /** From here on, `release` may be called. */
  static mark(): void {
    Tables.marked = Tables.used
    Tables.marked_parts = Tables.parts
    Tables.marked_part_bytes = Tables.part_bytes
  }

  /** Takes back every entry that was made since the mark: a refused step leaves no trace. */
  static release(): void {
    for (let place = Tables.marked; place < Tables.used; place += Tables.entryBytes(place)) {
      if (load<u8>(Regions.entries_at + place) == PRODUCERS) Tables.producers--
      else Tables.channels--
      Tables.unindex(place)
    }
    Tables.used = Tables.marked
    Tables.parts = Tables.marked_parts
    Tables.part_bytes = Tables.marked_part_bytes
  }

  /** Forgets all. */
  static clear(): void {
    Tables.used = 0
    Tables.producers = 0
    Tables.channels = 0
    Tables.parts = 1
    Tables.part_bytes = TABLES_BYTES
    memory.fill(Regions.slots_at, 0, Regions.slots_bytes)
  }

  /** Bytes that the entry at `place` takes. */
  static entryBytes(place: u32): u32 {
    return ENTRY_BYTES + padded(load<u16>(Regions.entries_at + place, 2))
  }

  static holds(place: u32, tag: u32, id: usize, bytes: u32): bool {
    let entry = Regions.entries_at + place
    if (word(entry) != tag) return false
    entry += ENTRY_BYTES
    for (let at: u32 = 0; at < bytes; at += 8) {
      if (long(entry + at) != long(id + at)) return false
    }
    return true
  }

  static reindex(): void {
    memory.fill(Regions.slots_at, 0, Regions.slots_bytes)
    for (let place: u32 = 0; place < Tables.used; place += Tables.entryBytes(place)) Tables.index(place)
  }

  static index(place: u32): void {
    const hash = Tables.hash(place)
    const mask = Regions.slots_bytes - SLOT_BYTES
    let slot = (hash * SLOT_BYTES) & mask
    while (word(Regions.slots_at + slot + 4) != 0) slot = (slot + SLOT_BYTES) & mask
    putWord(Regions.slots_at + slot, hash)
    putWord(Regions.slots_at + slot + 4, place + 1)
  }

  /** Frees the pair of the entry at `place`. Only for the newest entries: the search for an older one never passes them. */
  static unindex(place: u32): void {
    const mask = Regions.slots_bytes - SLOT_BYTES
    let slot = (Tables.hash(place) * SLOT_BYTES) & mask
    while (word(Regions.slots_at + slot + 4) != place + 1) slot = (slot + SLOT_BYTES) & mask
    putLong(Regions.slots_at + slot, 0)
  }

  static hash(place: u32): u32 {
    const entry = Regions.entries_at + place
    const tag = word(entry)
    return keyedHash(word(KEY), word(KEY + 4), entry + ENTRY_BYTES, padded(tag >> 16), tag)
  }
}
