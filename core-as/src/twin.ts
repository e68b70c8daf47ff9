/**
 * The core in plain TypeScript, over typed arrays: the Wasm core's twin, for places without Wasm and for proof.
 *
 * @module
 */
import { isBoundary } from './boundary.ts'
import type { Core, CoreLimits, CoreMaker, Forget, Ingested, Lsn, Sealed } from './core.ts'
import { Kind } from './core.ts'
import { digestOf } from './digest.ts'
import { ID_BYTES_MAX, LSNS_MAX } from './format.ts'
import { HostVectors } from './host-vectors.ts'
import { checkLimits, checkVectorsLimits } from './limits.ts'
import { seconds } from './seconds.ts'
import { TwinEntryTable } from './twin/entry-table.ts'
import { ingest } from './twin/ingest.ts'
import { load, rebuild } from './twin/replay.ts'
import { closeSegment } from './twin/segment.ts'
import { snapshot, snapshotBytes } from './twin/snapshot.ts'
import { kindAt, lsn, State } from './twin/state.ts'
import { step } from './twin/step.ts'
import { CHANNELS, NONE, PRODUCERS, type Table } from './twin/tables.ts'
import { head, snapshotted, truncate } from './twin/truncate.ts'
import type { VectorsMaker } from './vectors.ts'

/** @returns the maker of cores in plain TypeScript; it throws `RangeError` on limits that are none */
export function twin(): CoreMaker {
  return (limits) => new TwinCore(limits)
}

/** @returns the maker of dependency vectors in plain TypeScript; it throws `RangeError` on limits that are none */
export function twinVectors(): VectorsMaker {
  return (limits) => {
    checkVectorsLimits(limits)
    return new HostVectors(limits, new TwinEntryTable(limits))
  }
}

class TwinCore implements Core {
  readonly limits: CoreLimits
  readonly lsns = new Float64Array(LSNS_MAX)
  readonly lsns_max = LSNS_MAX
  readonly #state: State
  readonly #id = new Uint32Array((ID_BYTES_MAX + 1) / 4)
  readonly #idBytes = new Uint8Array(this.#id.buffer)
  readonly #ingested: Ingested = {
    status: 'accepted',
    first: lsn(0),
    accepted: 0,
    duplicates: 0,
    expected: 0,
    got: 0,
  }

  constructor(limits: CoreLimits) {
    checkLimits(limits)
    this.limits = limits
    this.#state = new State(limits)
  }

  get bytes(): Uint8Array {
    return this.#state.log.bytes
  }
  get words(): Uint32Array {
    return this.#state.log.words
  }
  get start(): Lsn {
    const { log } = this.#state
    return lsn(log.base + log.start)
  }
  get end(): Lsn {
    const { log } = this.#state
    return lsn(log.base + log.end)
  }
  get sealed(): Lsn {
    const { log } = this.#state
    return lsn(log.base + log.sealed)
  }
  get reserved(): Lsn {
    return lsn(this.#state.log.base + this.#state.tail)
  }
  get unconsumed(): number {
    return this.#state.unconsumed
  }
  get unacknowledged(): number {
    return this.#state.unacknowledged
  }
  get checkpoint(): Lsn | 0 {
    const { checkpoint } = this.#state
    return checkpoint === 0 ? 0 : lsn(checkpoint)
  }
  get snapshot_bytes(): number {
    return snapshotBytes(this.#state)
  }
  get snapshotted(): Lsn {
    return lsn(snapshotted(this.#state))
  }
  get head(): Lsn {
    return lsn(head(this.#state))
  }
  get memory_bytes(): number {
    const { log, pending, tables } = this.#state
    return log.capacity + pending.words.byteLength + tables.memory_bytes + this.lsns.byteLength + this.#id.byteLength
  }

  at(position: Lsn): number {
    return position - this.#state.log.base
  }

  reserve(bytes_max: number): number {
    return this.#state.reserve(bytes_max) ? this.#state.tail : -1
  }

  ingest(bytes: number): Ingested {
    ingest(this.#state, bytes >>> 0, this.#ingested)
    return this.#ingested
  }

  step(bytes: number): ReturnType<Core['step']> {
    return step(this.#state, bytes >>> 0)
  }

  acknowledge(count: number): number {
    const { log, pending } = this.#state
    let acknowledged = 0
    for (let nth = 0; nth < count >>> 0 && nth < LSNS_MAX; nth++) {
      const at = this.#pendingAt(this.lsns[nth] ?? -1)
      if (at < 0 || kindAt(log, at) !== Kind.out) continue
      pending.take(at)
      acknowledged++
    }
    this.#state.unacknowledged -= acknowledged
    return acknowledged
  }

  isPending(position: Lsn): boolean {
    return this.#pendingAt(position) >= 0
  }

  pending(from: Lsn, kinds: number): number {
    const { log, pending } = this.#state
    let count = 0
    const wanted = from - log.base
    const first = wanted > log.start ? Math.min(wanted, log.end) : log.start
    for (let at = pending.next(first, log.end); at < log.end && count < LSNS_MAX; at = pending.next(at + 8, log.end)) {
      if (((kinds >>> kindAt(log, at)) & 1) !== 0) this.lsns[count++] = log.base + at
    }
    return count
  }

  expected(producer: Uint8Array): number {
    return this.#next(PRODUCERS, producer)
  }

  outgoing(destination: Uint8Array): number {
    return this.#next(CHANNELS, destination)
  }

  snapshot({ producers_before_ms, keys_before_ms }: Forget = {}): 'done' | 'full' {
    return snapshot(this.#state, seconds(producers_before_ms), seconds(keys_before_ms)) ? 'done' : 'full'
  }

  seal(): Sealed | undefined {
    const { log } = this.#state
    if (log.end === log.sealed) return undefined
    closeSegment(log)
    const from = log.sealed
    log.sealed = log.end
    log.reserved_bytes = 0
    return { from: lsn(log.base + from), to: this.end, bytes: log.bytes.subarray(from, log.end) }
  }

  truncate(to: Lsn): void {
    if (!truncate(this.#state, to)) throw new RangeError(`truncate: ${to} is not the start of a segment up to the head`)
  }

  rewind(to: Lsn): 'done' | 'not_a_boundary' {
    const { log } = this.#state
    const at = to - log.base
    if (!isBoundary(log.words, log.start, log.sealed, at, this.start === 0)) return 'not_a_boundary'
    rebuild(this.#state, at)
    return 'done'
  }

  load(segments: Uint8Array): ReturnType<Core['load']> {
    return load(this.#state, segments)
  }

  digest(): number {
    const { log, pending, tables } = this.#state
    return digestOf({
      log: log.words,
      base: log.base,
      start: log.start,
      end: log.end,
      sealed: log.sealed,
      bits: pending.words,
      bits_first: 0,
      bits_from: 0,
      entries: tables.entries,
      entries_first: 0,
      entries_end: tables.used,
      forgotten_before: tables.forgotten_before,
    })
  }

  /** The offset of the pending item at `position`, or -1. */
  #pendingAt(position: number): number {
    const { log, pending } = this.#state
    const at = position - log.base
    return at >= log.start && at < log.end && at % 8 === 0 && pending.has(at) ? at : -1
  }

  #next(table: Table, id: Uint8Array): number {
    if (id.byteLength === 0 || id.byteLength > ID_BYTES_MAX) return 1
    this.#id.fill(0, id.byteLength >>> 2, (id.byteLength + 8) >>> 2)
    this.#idBytes.set(id)
    const { tables } = this.#state
    const place = tables.find(table, this.#id, 0, id.byteLength)
    return place === NONE ? 1 : tables.next(place)
  }
}
