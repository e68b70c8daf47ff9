/**
 * The dedup table (producer → next expected sequence), the channel table (destination → next sequence to give), and the set of
 * idempotency keys (key → LSN of its message). See src/twin/tables.ts. An entry's place is an offset among the entries, so
 * that it stays good when they move.
 */
import { keyedHash } from './keyed-hash'
import { KEY, Regions } from './regions'
import { long, padded, putLong, putWord, word } from './word'

export const PRODUCERS: u32 = 0
export const CHANNELS: u32 = 1
export const KEYS: u32 = 2
/** What an entry belongs to that was dropped, until it is swept. */
const DEAD: u32 = 3

export const ENTRY_BYTES: u32 = 16
export const TABLES_BYTES: u32 = 16
/** A snapshot's parts are at most this long. */
export const TABLES_PART_BYTES_MAX: u32 = 60_000

/** `find`'s answer for an id that is not there. */
export const NONE: u32 = 0xffffffff

const ENTRIES_BYTES_MAX: u32 = 1 << 30
const SLOT_BYTES: u32 = 8
/** The count of entries of each table: u32. */
const COUNTS: usize = 240

export class Tables {
  static entries_max: u32 = 0
  static keys_max: u32 = 0
  /** Unknown producers that were born before this second are refused. */
  static forgotten_before: u32 = 0
  /** Bytes of the entries, and how many they are. */
  static used: u32 = 0
  static entries: u32 = 0
  /** Bytes of the dead ones among them. */
  static dead_bytes: u32 = 0
  /** No key stands before this place. */
  static oldest_key: u32 = 0
  /** The parts of a snapshot taken now, and the bytes in the last of them. */
  static parts: u32 = 1
  static part_bytes: u32 = 16
  static marked: u32 = 0
  static marked_parts: u32 = 0
  static marked_part_bytes: u32 = 0

  static snapshot_bytes(): u32 {
    return Tables.parts * TABLES_BYTES + Tables.used
  }

  static count(table: u32): u32 {
    return load<u32>(COUNTS + (table << 2))
  }

  static addCount(table: u32, count: u32): void {
    store<u32>(COUNTS + (table << 2), Tables.count(table) + count)
  }

  /** May new work make another entry? */
  static admits(table: u32): bool {
    return Tables.count(table) < Tables.entries_max
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
    const wanted = ((<u64>Tables.entries + count) * 4 * SLOT_BYTES) / 3
    let slots_bytes = <u64>Regions.slots_bytes
    while (wanted > slots_bytes) slots_bytes *= 2
    if (entries_bytes > ENTRIES_BYTES_MAX || slots_bytes > ENTRIES_BYTES_MAX) return false
    const wider = slots_bytes > Regions.slots_bytes
    if (!wider && entries_bytes == Regions.entries_bytes) return true
    if (!Regions.lay(<u32>slots_bytes, <u32>entries_bytes, Regions.log_bytes)) return false
    if (wider) Tables.reindex()
    return true
  }

  /** Makes an entry for an id that is not there. There must be room. A key may cost the oldest one. @returns its place */
  static insert(table: u32, id: usize, id_bytes: u32): u32 {
    if (table == KEYS && Tables.count(KEYS) == Tables.keys_max) Tables.dropOldestKey()
    const bytes = ENTRY_BYTES + padded(id_bytes)
    const place = Tables.used
    const entry = Regions.entries_at + place
    putLong(entry, (id_bytes << 16) | table)
    putLong(entry + 8, 1)
    memory.copy(entry + ENTRY_BYTES, id, bytes - ENTRY_BYTES)
    Tables.append(place)
    Tables.index(place)
    return place
  }

  /** Makes what stands behind the entries one of them. */
  static append(place: u32): void {
    const bytes = Tables.entryBytes(place)
    Tables.used += bytes
    Tables.entries++
    Tables.addCount(Tables.tableAt(place), 1)
    if (Tables.part_bytes + bytes > TABLES_PART_BYTES_MAX) {
      Tables.parts++
      Tables.part_bytes = TABLES_BYTES
    }
    Tables.part_bytes += bytes
  }

  /** The next sequence of the entry at `place`; a key's LSN. */
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

  /** Lets the entry say `next` at least. */
  static raise(place: u32, next: u64): void {
    if (next > Tables.next(place)) Tables.setNext(place, next)
  }

  /** Notes that the entry was used in this second. */
  static use(place: u32, time: u32): void {
    const entry = Regions.entries_at + place
    putWord(entry + 4, max(word(entry + 4), time))
  }

  /** From here on, `release` may be called. */
  static mark(): void {
    Tables.marked = Tables.used
    Tables.marked_parts = Tables.parts
    Tables.marked_part_bytes = Tables.part_bytes
  }

  /** Takes back every entry, all of channels, that was made since the mark: a refused step leaves no trace. */
  static release(): void {
    for (let place = Tables.marked; place < Tables.used; place += Tables.entryBytes(place)) {
      Tables.addCount(CHANNELS, -1)
      Tables.entries--
      Tables.unindex(place)
    }
    Tables.used = Tables.marked
    Tables.parts = Tables.marked_parts
    Tables.part_bytes = Tables.marked_part_bytes
  }

  /** Forgets all. */
  static clear(): void {
    Tables.forgotten_before = 0
    Tables.empty()
    memory.fill(Regions.slots_at, 0, Regions.slots_bytes)
  }

  static empty(): void {
    Tables.used = 0
    Tables.entries = 0
    Tables.dead_bytes = 0
    Tables.oldest_key = 0
    Tables.parts = 1
    Tables.part_bytes = TABLES_BYTES
    memory.fill(COUNTS, 0, 12)
  }

  /** Bytes that the entry at `place` takes. */
  static entryBytes(place: u32): u32 {
    return ENTRY_BYTES + padded(load<u16>(Regions.entries_at + place, 2))
  }

  static tableAt(place: u32): u32 {
    return load<u8>(Regions.entries_at + place)
  }

  /** There must be one. Half of all bytes may be dead: so a sweep costs no more than what died since the last. */
  static dropOldestKey(): void {
    let place = Tables.oldest_key
    while (Tables.tableAt(place) != KEYS) place += Tables.entryBytes(place)
    Tables.oldest_key = place
    store<u8>(Regions.entries_at + place, DEAD)
    Tables.addCount(KEYS, -1)
    Tables.dead_bytes += Tables.entryBytes(place)
    if (Tables.dead_bytes * 2 > Tables.used) Tables.sweep(0)
  }

  /** Closes the gaps that dead entries left, and those of forgotten producers and of keys from before that second. */
  static sweep(keys_before: u32): void {
    const end = Tables.used
    Tables.empty()
    for (let place: u32 = 0; place < end; ) {
      const from = Regions.entries_at + place
      const bytes = Tables.entryBytes(place)
      const table = Tables.tableAt(place)
      const time = word(from + 4)
      place += bytes
      if (table == DEAD || (table == KEYS && time < keys_before)) continue
      if (table == PRODUCERS && time != 0 && time < Tables.forgotten_before) continue
      memory.copy(Regions.entries_at + Tables.used, from, bytes)
      Tables.append(Tables.used)
    }
    if (Tables.used != end) Tables.reindex()
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
