/** What crosses into Wasm. Whatever has changed is told through the facts, which the wrapper reads as an array of f64. */
import { ingest as ingestFrame } from './ingest'
import { Log } from './log'
import { PendingSet } from './pending-set'
import { FACTS, ID, KEY, LSNS, LSNS_MAX, Regions } from './regions'
import { loadRoom as roomToLoad, rebuild, loadSegments as applySegments } from './replay'
import { closeSegment } from './segment'
import { snapshot as takeSnapshot, snapshotBytes } from './snapshot'
import { State } from './state'
import { step as takeStep } from './step'
import { NONE, Tables } from './tables'
import { head as findHead, snapshotted, truncate as dropUntil } from './truncate'
import { Kind, kindAt, putWord, word } from './word'
import { xxh32 as hash } from './xxh32'

/** Tells what the wrapper's properties say. The order is that of `Fact` in src/wasm/exports.ts. */
function publish(): void {
  store<f64>(FACTS, Log.origin, 0)
  store<f64>(FACTS, <f64>Log.start, 8)
  store<f64>(FACTS, <f64>Log.end, 16)
  store<f64>(FACTS, <f64>Log.sealed, 24)
  store<f64>(FACTS, <f64>Log.tail(), 32)
  store<f64>(FACTS, <f64>State.unconsumed, 40)
  store<f64>(FACTS, <f64>State.unacknowledged, 48)
  store<f64>(FACTS, State.checkpoint, 56)
}

/** Sets the limits; the key's 16 bytes stand at `KEY`. The first call. */
export function open(log_bytes_max: u32, message_bytes_max: u32, producers_max: u32, keys_max: u32): void {
  Log.bytes_max = log_bytes_max
  State.message_bytes_max = message_bytes_max
  Tables.entries_max = producers_max
  Tables.keys_max = keys_max
  putWord(KEY, word(KEY) ^ word(KEY + 8))
  putWord(KEY + 4, word(KEY + 4) ^ word(KEY + 12))
  publish()
}

/** @returns the address of the reserved place, or 0 */
export function reserve(bytes_max: u32): usize {
  const room = State.reserve(bytes_max)
  publish()
  return room ? Log.tail() : 0
}

export function ingest(bytes: u32): i32 {
  const status = ingestFrame(bytes)
  publish()
  return status
}

export function step(bytes: u32): i32 {
  const status = takeStep(bytes)
  publish()
  return status
}

/** Marks the `count` out-messages at `LSNS` delivered. */
export function acknowledge(count: u32): u32 {
  let acknowledged: u32 = 0
  for (let nth: u32 = 0; nth < min(count, LSNS_MAX); nth++) {
    const at = pendingAt(load<f64>(LSNS + nth * 8))
    if (at == 0 || kindAt(at) != Kind.OUT) continue
    PendingSet.take(at)
    acknowledged++
  }
  State.unacknowledged -= acknowledged
  publish()
  return acknowledged
}

export function isPending(lsn: f64): bool {
  return pendingAt(lsn) != 0
}

/** The address of the pending item at `lsn`, or 0. */
function pendingAt(lsn: f64): usize {
  const wanted = lsn - Log.origin
  if (!(wanted >= <f64>Log.start && wanted < <f64>Log.end)) return 0
  const at = <usize>wanted
  return <f64>at == wanted && (at & 7) == 0 && PendingSet.has(at) ? at : 0
}

/** Fills `LSNS`. @returns how many */
export function pending(from: f64, kinds: u32): u32 {
  const wanted = from - Log.origin
  const first = wanted > <f64>Log.start ? <usize>Math.min(wanted, <f64>Log.end) : Log.start
  let count: u32 = 0
  for (let at = PendingSet.next(first); at < Log.end && count < LSNS_MAX; at = PendingSet.next(at + 8)) {
    if (((kinds >> kindAt(at)) & 1) == 0) continue
    store<f64>(LSNS + count * 8, Log.lsn(at))
    count++
  }
  return count
}

/** The next sequence of the id of `id_bytes` that was written, padded with zeros, at `ID`. */
export function next(table: u32, id_bytes: u32): f64 {
  const place = Tables.find(table, ID, id_bytes)
  return place == NONE ? 1 : <f64>Tables.next(place)
}

export function snapshot(producers_before: u32, keys_before: u32): bool {
  const room = takeSnapshot(producers_before, keys_before)
  publish()
  return room
}

export function snapshot_bytes(): f64 {
  return <f64>snapshotBytes()
}

export function snapshot_lsn(): f64 {
  return snapshotted()
}

/** @returns bytes of the segment that was closed, which ends at the log's end; 0 if there is nothing to close */
export function seal(): u32 {
  if (Log.end == Log.sealed) return 0
  closeSegment()
  const bytes = <u32>(Log.end - Log.sealed)
  Log.sealed = Log.end
  Log.reserved_bytes = 0
  publish()
  return bytes
}

export function head(): f64 {
  return findHead()
}

export function truncate(to: f64): bool {
  const done = dropUntil(to)
  publish()
  return done
}

/** Goes back to the address `at`, the end of a segment. */
export function rewind(at: usize): void {
  rebuild(at)
  publish()
}

/** @returns the address where to write the segments, or 0 */
export function loadRoom(bytes: u32): usize {
  const at = roomToLoad(bytes)
  publish()
  return at
}

export function loadSegments(bytes: u32): i32 {
  const status = applySegments(bytes)
  publish()
  return status
}

/** Tells where everything stands, for who reads the memory itself. */
export function locate(): void {
  store<f64>(FACTS, <f64>Regions.log_at, 104)
  store<f64>(FACTS, <f64>Regions.bits_at, 112)
  store<f64>(FACTS, <f64>Regions.entries_at, 120)
  store<f64>(FACTS, <f64>Tables.used, 128)
  store<f64>(FACTS, <f64>Tables.forgotten_before, 136)
}

/** XXH32 of bytes in the memory. */
export function xxh32(from: usize, bytes: u32, seed: u32): u32 {
  return hash(from, bytes, seed)
}

export { committed, forget, merge, openVectors, settle, unstable } from './vectors'
