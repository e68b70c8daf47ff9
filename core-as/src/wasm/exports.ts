/**
 * The Wasm module's side of the boundary, as assembly/index.ts exports it. Addresses and counts cross as 32-bit integers
 * (signed as they arrive here), LSNs as f64.
 *
 * @module
 */

export interface WasmExports {
  readonly memory: WebAssembly.Memory
  open(log_bytes_max: number, message_bytes_max: number, producers_max: number, keys_max: number): void
  reserve(bytes_max: number): number
  ingest(bytes: number): number
  step(bytes: number): number
  acknowledge(count: number): number
  isPending(lsn: number): number
  pending(from: number, kinds: number): number
  next(table: number, id_bytes: number): number
  /** Both in seconds since 1970; 0 forgets nothing. */
  snapshot(producers_before: number, keys_before: number): number
  snapshot_bytes(): number
  snapshot_lsn(): number
  seal(): number
  head(): number
  truncate(to: number): number
  rewind(at: number): void
  loadRoom(bytes: number): number
  loadSegments(bytes: number): number
  locate(): void
  openVectors(hosts_max: number, entries_max: number): number
  merge(count: number, open: number, frozen: number): number
  settle(count: number, to: number): number
  committed(durable: number): number
  unstable(version: number): number
  forget(): void
  xxh32(from: number, bytes: number, seed: number): number
}

/** The type of what crosses the boundary: assembly/index.ts is its other side. */
export function exportsOf(instance: WebAssembly.Instance): WasmExports {
  return instance.exports as unknown as WasmExports
}

/** Addresses of what both sides read and write (assembly/regions.ts). */
export const Place = { facts: 0, id: 256, key: 1536, lsns: 2048, entries: 1024 } as const

/** What `publish` tells: the index of each number among the facts. */
export const Fact = {
  /** LSN of address 0. */
  origin: 0,
  /** Addresses. */
  start: 1,
  end: 2,
  sealed: 3,
  reserved: 4,
  /** Counts, LSNs and sequences. */
  unconsumed: 5,
  unacknowledged: 6,
  checkpoint: 7,
  first: 8,
  accepted: 9,
  duplicates: 10,
  expected: 11,
  got: 12,
  /** What `locate` tells: addresses, and bytes. */
  log_at: 13,
  bits_at: 14,
  entries_at: 15,
  entries_bytes: 16,
  /** Seconds since 1970. */
  forgotten_before: 17,
  /** What `unstable` tells, in an instance without a log. */
  hosts: 0,
} as const
export const FACTS = 32

/** What the numbers that `ingest`, `step` and `loadSegments` answer stand for. */
export const INGEST_ANSWERS = ['accepted', 'gap', 'bad_frame', 'too_large', 'full', 'expired'] as const
export const STEP_ANSWERS = ['done', 'not_pending', 'empty', 'bad_frame', 'too_large', 'full'] as const
export const LOAD_ANSWERS = ['ok', 'corrupt', 'newer_format', 'gap', 'full'] as const
