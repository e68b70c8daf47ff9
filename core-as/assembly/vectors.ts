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
const CROWDED: i32 = 5

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
  /** The newest version that an entry or `stable` named; `stable` in a free one. */
  newest: f64
  host: u32
  /** The next of the host's peers, or of the free ones, or null. */
  next: Peer
  /** Its newest row, if it has any. */
  row: Row
  /** Its entry in the last answer, if it is in there. */
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

let hosts_max: f64 = 0
let firsts_at: usize = 0
let peers_at: usize = 0
/** The free peers, and how many they are. */
let free: usize = 0
let free_count: u32 = 0
/** The rows follow the peers. */
let rows_at: usize = 0
let rows_end: usize = 0
let rows_limit: usize = 0

/** Divides the memory. The first call. @returns false when the platform has no more of it */
export function openVectors(hosts: u32, entries_max: u32): bool {
  hosts_max = <f64>hosts
  firsts_at = ENTRIES + entries_max * offsetof<Entry>()
  peers_at = firsts_at + ((hosts * sizeof<usize>() + 7) & ~7)
  rows_at = peers_at + entries_max * offsetof<Peer>()
  rows_end = rows_at
  rows_limit = rows_at + entries_max * offsetof<Row>()
  if (memory.grow(<i32>(rows_limit / PAGE_BYTES)) < 0) return false
  forget()
  return true
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
  if (rows_end + row_bytes > rows_limit) return FULL
  if (free_count < strangers) return CROWDED
  for (let at = ENTRIES; at < end; at += offsetof<Entry>()) {
    const entry = changetype<Entry>(at)
    const peer = findOrAdd(entry)
    if (entry.version <= peer.newest) continue
    peer.newest = entry.version
    // What the open version needs already is raised; its row is the peer's newest.
    let row = peer.row
    if (!isIn(row, peer, open)) {
      row = changetype<Row>(rows_end)
      row.version = open
      row.peer = peer
      peer.row = row
      rows_end += offsetof<Row>()
    }
    row.needs = entry.version
  }
  return NEW
}

/**
 * Notes that peers are durable up to the versions in the first `count` entries, and drops what versions after `to` need.
 * @returns how many rows ended
 */
export function settle(count: u32, to: f64): u32 {
  const end = ENTRIES + count * offsetof<Entry>()
  for (let at = ENTRIES; at < end; at += offsetof<Entry>()) {
    const entry = changetype<Entry>(at)
    if (!isEntry(entry) || (free_count == 0 && changetype<usize>(find(entry)) == 0)) continue
    const peer = findOrAdd(entry)
    peer.stable = max(peer.stable, entry.version)
    peer.newest = max(peer.newest, entry.version)
  }
  const before = rows_end
  let kept = rows_at
  for (let at = rows_at; at < before; at += offsetof<Row>()) {
    const row = changetype<Row>(at)
    const peer = row.peer
    if (row.version > to) {
      // Rows of older versions came first: if one of the peer's was kept, it is the peer's newest now.
      const last = peer.row
      peer.newest = changetype<usize>(last) < kept && last.peer == peer ? last.needs : peer.stable
    } else if (row.needs > peer.stable) {
      peer.row = changetype<Row>(kept)
      memory.copy(kept, at, offsetof<Row>())
      kept += offsetof<Row>()
    }
  }
  rows_end = kept
  return <u32>(before - kept) / <u32>offsetof<Row>()
}

/** The newest version up to which nothing is unstable, `durable` at most. */
export function committed(durable: f64): f64 {
  return rows_at == rows_end ? durable : min(durable, changetype<Row>(rows_at).version - 1)
}

/** Fills the entries with what `version` and those before it need. @returns how many; how many hosts is the first fact */
export function unstable(version: f64): u32 {
  let end = ENTRIES
  let hosts: f64 = 0
  for (let at = rows_at; at < rows_end; at += offsetof<Row>()) {
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

/** Frees the peers of whom nothing is unstable. */
export function forget(): void {
  memory.fill(firsts_at, 0, peers_at - firsts_at)
  free = 0
  free_count = 0
  for (let at = peers_at; at < rows_at; at += offsetof<Peer>()) {
    const peer = changetype<Peer>(at)
    if (peer.newest > peer.stable) {
      link(peer)
    } else {
      peer.next = changetype<Peer>(free)
      free = at
      free_count++
    }
  }
}

/** Are these a host's number and two whole numbers? */
function isEntry(entry: Entry): bool {
  const at = changetype<usize>(entry)
  for (let number = at; number < at + offsetof<Entry>(); number += 8) {
    const value = load<f64>(number)
    if (!(value >= 0 && value <= SAFE_INTEGER_MAX && Math.trunc(value) == value)) return false
  }
  return entry.host < hosts_max
}

/** The first of the host's peers, or null. */
// @ts-ignore: decorator
@inline
function first(host: u32): Peer {
  return changetype<Peer>(load<usize>(firsts_at + host * sizeof<usize>()))
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
  peer = changetype<Peer>(free)
  free = changetype<usize>(peer.next)
  free_count--
  peer.epoch = entry.epoch
  peer.stable = -1
  peer.newest = -1
  peer.host = <u32>entry.host
  link(peer)
  return peer
}

/** Is the row the peer's, and the version's? A peer may know a row that is gone. */
function isIn(row: Row, peer: Peer, version: f64): bool {
  return changetype<usize>(row) < rows_end && row.peer == peer && row.version == version
}

/** Makes the peer the first of its host's. */
function link(peer: Peer): void {
  peer.next = first(peer.host)
  store<usize>(firsts_at + peer.host * sizeof<usize>(), changetype<usize>(peer))
}

/** Is the peer among the entries of this answer, which reach to `end`? What it says itself may be left from an older one. */
function isShown(peer: Peer, end: usize): bool {
  if (peer.shown < ENTRIES || peer.shown >= end) return false
  const entry = changetype<Entry>(peer.shown)
  return entry.host == <f64>peer.host && entry.epoch == peer.epoch
}
