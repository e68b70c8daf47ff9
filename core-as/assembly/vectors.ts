/**
 * Dependency vectors. See src/twin/vectors.ts. An instance holds either a core or a host's vectors, never both. The memory
 * is divided once; peers and rows are known by their addresses.
 */
import { FACTS } from './regions'

/** The answers of `merge`. */
const KNOWN: i32 = 0
const NEW: i32 = 1
const FROZEN: i32 = 2
const FULL: i32 = 3
const BAD_ENTRY: i32 = 4

const ENTRIES: usize = 1024
const SAFE_INTEGER_MAX: f64 = 9007199254740991
const PAGE_BYTES: u32 = 65536

/** An entry that comes or goes. */
@unmanaged
class Entry {
  host: f64
  epoch: f64
  version: f64
}

/** What is known of a (host, epoch). */
@unmanaged
class Peer {
  epoch: f64
  /** Durable up to this version. */
  stable: f64
  /** The newest version that an entry or `stable` named. */
  newest: f64
  host: u32
  /** The next of the host's peers, or null. */
  next: Peer
  /** Its newest row, if it has any. */
  row: Row
  /** Its entry in the last answer, if it is in there; where it goes while others are forgotten. */
  shown: usize
}

/** An unstable entry: since `version`, this host's states need the peer's state `needs`. */
@unmanaged
class Row {
  version: f64
  needs: f64
  peer: Peer
  zero: u32
}

export class Vectors {
  static hosts_max: f64 = 0
  static firsts_at: usize = 0
  static peers_at: usize = 0
  static peers_end: usize = 0
  static peers_limit: usize = 0
  static rows_at: usize = 0
  static rows_end: usize = 0
  static rows_limit: usize = 0
}

/** Divides the memory. The first call. @returns false when the platform has no more of it */
export function openVectors(hosts_max: u32, entries_max: u32): bool {
  Vectors.hosts_max = <f64>hosts_max
  Vectors.firsts_at = ENTRIES + entries_max * offsetof<Entry>()
  Vectors.peers_at = Vectors.firsts_at + ((hosts_max * sizeof<usize>() + 7) & ~7)
  Vectors.peers_end = Vectors.peers_at
  Vectors.peers_limit = Vectors.peers_at + entries_max * offsetof<Peer>()
  Vectors.rows_at = Vectors.peers_limit
  Vectors.rows_end = Vectors.peers_limit
  Vectors.rows_limit = Vectors.rows_at + entries_max * offsetof<Row>()
  return memory.grow(<i32>(Vectors.rows_limit / PAGE_BYTES)) >= 0
}

export function merge(count: u32, open: f64, frozen: bool): i32 {
  const end = ENTRIES + count * offsetof<Entry>()
  let news = false
  let strangers: u32 = 0
  let row_bytes: u32 = 0
  for (let at = ENTRIES; at < end; at += offsetof<Entry>()) {
    const entry = changetype<Entry>(at)
    if (!isEntry(entry)) return BAD_ENTRY
    const peer = find(entry)
    if (changetype<usize>(peer) == 0) strangers++
    else if (entry.version <= peer.newest) continue
    else if (isIn(peer.row, peer, open)) row_bytes -= offsetof<Row>()
    news = true
    row_bytes += offsetof<Row>()
  }
  if (!news) return KNOWN
  if (frozen) return FROZEN
  if (Vectors.rows_end + row_bytes > Vectors.rows_limit || !makeRoom(strangers)) return FULL
  for (let at = ENTRIES; at < end; at += offsetof<Entry>()) {
    const entry = changetype<Entry>(at)
    const peer = findOrAdd(entry)
    if (entry.version <= peer.newest) continue
    peer.newest = entry.version
    // What the open version needs already is raised; its row is the peer's newest.
    let row = peer.row
    if (!isIn(row, peer, open)) {
      row = changetype<Row>(Vectors.rows_end)
      row.version = open
      row.peer = peer
      peer.row = row
      Vectors.rows_end += offsetof<Row>()
    }
    row.needs = entry.version
  }
  return NEW
}

/** Notes that peers are durable up to the versions in the first `count` entries. @returns how many rows that ended */
export function stable(count: u32): u32 {
  const end = ENTRIES + count * offsetof<Entry>()
  for (let at = ENTRIES; at < end; at += offsetof<Entry>()) {
    const entry = changetype<Entry>(at)
    if (!isEntry(entry) || (changetype<usize>(find(entry)) == 0 && !makeRoom(1))) continue
    const peer = findOrAdd(entry)
    peer.stable = max(peer.stable, entry.version)
    peer.newest = max(peer.newest, entry.version)
  }
  return keep(Infinity)
}

/** The newest version up to which nothing is unstable, `durable` at most. */
export function committed(durable: f64): f64 {
  const first = changetype<Row>(Vectors.rows_at)
  return Vectors.rows_at == Vectors.rows_end ? durable : min(durable, first.version - 1)
}

/** The newest version that needs nothing at or after the state in the first entry; `open` if none does. */
export function lost(open: f64): f64 {
  const entry = changetype<Entry>(ENTRIES)
  if (!isEntry(entry)) return open
  const peer = find(entry)
  for (let at = Vectors.rows_at; at < Vectors.rows_end; at += offsetof<Row>()) {
    const row = changetype<Row>(at)
    if (row.peer == peer && row.needs >= entry.version) return row.version - 1
  }
  return open
}

/** Fills the entries with what `version` and those before it need. @returns how many; how many hosts is the first fact */
export function unstable(version: f64): u32 {
  let end = ENTRIES
  let hosts: f64 = 0
  for (let at = Vectors.rows_at; at < Vectors.rows_end; at += offsetof<Row>()) {
    const row = changetype<Row>(at)
    if (row.version > version) break
    const peer = row.peer
    if (!isShown(peer, end)) {
      let other = first(peer.host)
      while (changetype<usize>(other) != 0 && !isShown(other, end)) other = other.next
      if (changetype<usize>(other) == 0) hosts++
      peer.shown = end
      changetype<Entry>(end).host = <f64>peer.host
      changetype<Entry>(end).epoch = peer.epoch
      end += offsetof<Entry>()
    }
    changetype<Entry>(peer.shown).version = row.needs
  }
  store<f64>(FACTS, hosts)
  return <u32>(end - ENTRIES) / <u32>offsetof<Entry>()
}

/** Forgets peers of whom nothing is unstable. */
export function forget(): void {
  let kept = Vectors.peers_at
  memory.fill(Vectors.firsts_at, 0, Vectors.peers_at - Vectors.firsts_at)
  for (let at = Vectors.peers_at; at < Vectors.peers_end; at += offsetof<Peer>()) {
    const peer = changetype<Peer>(at)
    if (peer.newest <= peer.stable) continue
    peer.shown = kept
    kept += offsetof<Peer>()
  }
  for (let at = Vectors.rows_at; at < Vectors.rows_end; at += offsetof<Row>()) {
    const row = changetype<Row>(at)
    row.peer = changetype<Peer>(row.peer.shown)
  }
  for (let at = Vectors.peers_at; at < Vectors.peers_end; at += offsetof<Peer>()) {
    const peer = changetype<Peer>(at)
    if (peer.newest <= peer.stable) continue
    const to = peer.shown
    memory.copy(to, at, offsetof<Peer>())
    link(changetype<Peer>(to))
  }
  Vectors.peers_end = kept
}

/** Drops what versions after `to` need. */
export function rewindVectors(to: f64): void {
  keep(to)
  for (let at = Vectors.peers_at; at < Vectors.peers_end; at += offsetof<Peer>()) {
    changetype<Peer>(at).newest = changetype<Peer>(at).stable
  }
  for (let at = Vectors.rows_at; at < Vectors.rows_end; at += offsetof<Row>()) {
    changetype<Row>(at).peer.newest = changetype<Row>(at).needs
  }
}

/** Are these a host's number and two whole numbers? */
function isEntry(entry: Entry): bool {
  const at = changetype<usize>(entry)
  for (let number = at; number < at + offsetof<Entry>(); number += 8) {
    const value = load<f64>(number)
    if (!(value >= 0 && value <= SAFE_INTEGER_MAX && Math.trunc(value) == value)) return false
  }
  return entry.host < Vectors.hosts_max
}

/** The first of the host's peers, or null. */
// @ts-ignore: decorator
@inline
function first(host: u32): Peer {
  return changetype<Peer>(load<usize>(Vectors.firsts_at + host * sizeof<usize>()))
}

/** The entry's peer, or null. */
function find(entry: Entry): Peer {
  let peer = first(<u32>entry.host)
  while (changetype<usize>(peer) != 0 && peer.epoch != entry.epoch) peer = peer.next
  return peer
}

/** There must be room. */
function findOrAdd(entry: Entry): Peer {
  let peer = find(entry)
  if (changetype<usize>(peer) != 0) return peer
  peer = changetype<Peer>(Vectors.peers_end)
  Vectors.peers_end += offsetof<Peer>()
  peer.epoch = entry.epoch
  peer.stable = -1
  peer.newest = -1
  peer.host = <u32>entry.host
  peer.row = changetype<Row>(Vectors.rows_limit)
  link(peer)
  return peer
}

/** Is the row the peer's, and the version's? A peer may know a row that is gone. */
function isIn(row: Row, peer: Peer, version: f64): bool {
  return changetype<usize>(row) < Vectors.rows_end && row.peer == peer && row.version == version
}

/** Makes room for `count` more peers, if need be by forgetting others. */
function makeRoom(count: u32): bool {
  const bytes = count * offsetof<Peer>()
  if (Vectors.peers_end + bytes > Vectors.peers_limit) forget()
  return Vectors.peers_end + bytes <= Vectors.peers_limit
}

/** Makes the peer the first of its host's. */
function link(peer: Peer): void {
  peer.next = first(peer.host)
  store<usize>(Vectors.firsts_at + peer.host * sizeof<usize>(), changetype<usize>(peer))
}

/** Is the peer among the entries of this answer, which reach to `end`? What it says itself may be left from an older one. */
function isShown(peer: Peer, end: usize): bool {
  if (peer.shown < ENTRIES || peer.shown >= end) return false
  const entry = changetype<Entry>(peer.shown)
  return entry.host == <f64>peer.host && entry.epoch == peer.epoch
}

/** Keeps, in order, the rows of versions up to `to` that are not stable. @returns how many others there were */
function keep(to: f64): u32 {
  const end = Vectors.rows_end
  let kept = Vectors.rows_at
  for (let at = Vectors.rows_at; at < end; at += offsetof<Row>()) {
    const row = changetype<Row>(at)
    if (row.version > to || row.needs <= row.peer.stable) continue
    row.peer.row = changetype<Row>(kept)
    memory.copy(kept, at, offsetof<Row>())
    kept += offsetof<Row>()
  }
  Vectors.rows_end = kept
  return <u32>(end - kept) / <u32>offsetof<Row>()
}
