/**
 * The `Core` over an instance of core.wasm: views of its memory, and numbers that it leaves there after every call.
 *
 * @module
 */
import { isBoundary } from '../boundary.ts'
import type { Core, CoreLimits, Forget, Ingested, Lsn, Sealed } from '../core.ts'
import { digestOf } from '../digest.ts'
import { ID_BYTES_MAX, LSNS_MAX } from '../format.ts'
import { checkLimits, KEYS_MAX } from '../limits.ts'
import { seconds } from '../seconds.ts'
import {
  exportsOf,
  FACTS,
  Fact,
  INGEST_ANSWERS,
  LOAD_ANSWERS,
  Place,
  STEP_ANSWERS,
  type WasmExports,
} from './exports.ts'

const PRODUCERS = 0
const CHANNELS = 1

export class WasmCore implements Core {
  readonly limits: CoreLimits
  readonly lsns_max = LSNS_MAX
  bytes: Uint8Array
  words: Uint32Array
  lsns: Float64Array
  #facts: Float64Array
  readonly #wasm: WasmExports
  readonly #ingested: Ingested = {
    status: 'accepted',
    first: lsn(0),
    accepted: 0,
    duplicates: 0,
    expected: 0,
    got: 0,
  }

  constructor(module: WebAssembly.Module, limits: CoreLimits) {
    checkLimits(limits)
    this.limits = limits
    this.#wasm = exportsOf(new WebAssembly.Instance(module))
    const { buffer } = this.#wasm.memory
    this.bytes = new Uint8Array(buffer)
    this.words = new Uint32Array(buffer)
    this.lsns = new Float64Array(buffer, Place.lsns, LSNS_MAX)
    this.#facts = new Float64Array(buffer, Place.facts, FACTS)
    this.bytes.set(limits.hash_key, Place.key)
    const { log_bytes_max, message_bytes_max, producers_max, keys_max = KEYS_MAX } = limits
    this.#wasm.open(log_bytes_max, message_bytes_max, producers_max, keys_max)
  }

  get start(): Lsn {
    return lsn(this.#fact(Fact.origin) + this.#fact(Fact.start))
  }
  get end(): Lsn {
    return lsn(this.#fact(Fact.origin) + this.#fact(Fact.end))
  }
  get sealed(): Lsn {
    return lsn(this.#fact(Fact.origin) + this.#fact(Fact.sealed))
  }
  get reserved(): Lsn {
    return lsn(this.#fact(Fact.origin) + this.#fact(Fact.reserved))
  }
  get unconsumed(): number {
    return this.#fact(Fact.unconsumed)
  }
  get unacknowledged(): number {
    return this.#fact(Fact.unacknowledged)
  }
  get checkpoint(): Lsn | 0 {
    const checkpoint = this.#fact(Fact.checkpoint)
    return checkpoint === 0 ? 0 : lsn(checkpoint)
  }
  get snapshot_bytes(): number {
    return this.#wasm.snapshot_bytes()
  }
  get snapshotted(): Lsn {
    return lsn(this.#wasm.snapshot_lsn())
  }
  get head(): Lsn {
    return lsn(this.#wasm.head())
  }
  get memory_bytes(): number {
    return this.bytes.byteLength
  }

  at(position: Lsn): number {
    return position - this.#fact(Fact.origin)
  }

  reserve(bytes_max: number): number {
    const at = this.#wasm.reserve(bytesOf(bytes_max)) >>> 0
    this.#refresh()
    return at === 0 ? -1 : at
  }

  ingest(bytes: number): Ingested {
    const status = this.#wasm.ingest(bytes)
    this.#refresh()
    const ingested = this.#ingested
    ingested.status = named(INGEST_ANSWERS, status)
    ingested.first = lsn(this.#fact(Fact.first))
    ingested.accepted = this.#fact(Fact.accepted)
    ingested.duplicates = this.#fact(Fact.duplicates)
    ingested.expected = this.#fact(Fact.expected)
    ingested.got = this.#fact(Fact.got)
    return ingested
  }

  step(bytes: number): ReturnType<Core['step']> {
    const status = this.#wasm.step(bytes)
    this.#refresh()
    return named(STEP_ANSWERS, status)
  }

  acknowledge(count: number): number {
    return this.#wasm.acknowledge(count)
  }

  isPending(position: Lsn): boolean {
    return this.#wasm.isPending(position) !== 0
  }

  pending(from: Lsn, kinds: number): number {
    return this.#wasm.pending(from, kinds)
  }

  expected(producer: Uint8Array): number {
    return this.#next(PRODUCERS, producer)
  }

  outgoing(destination: Uint8Array): number {
    return this.#next(CHANNELS, destination)
  }

  snapshot({ producers_before_ms, keys_before_ms }: Forget = {}): 'done' | 'full' {
    const room = this.#wasm.snapshot(seconds(producers_before_ms), seconds(keys_before_ms))
    this.#refresh()
    return room === 0 ? 'full' : 'done'
  }

  seal(): Sealed | undefined {
    const bytes = this.#wasm.seal()
    if (bytes === 0) return undefined
    const to = this.end
    const end = this.at(to)
    return { from: lsn(to - bytes), to, bytes: this.bytes.subarray(end - bytes, end) }
  }

  truncate(to: Lsn): void {
    if (this.#wasm.truncate(to) === 0) {
      throw new RangeError(`truncate: ${to} is not the start of a segment up to the head`)
    }
  }

  rewind(to: Lsn): 'done' | 'not_a_boundary' {
    const at = this.at(to)
    const { start } = this
    const sealed = this.#fact(Fact.sealed)
    if (!isBoundary(this.words, this.at(start), sealed, at, start === 0)) return 'not_a_boundary'
    this.#wasm.rewind(at)
    this.#refresh()
    return 'done'
  }

  load(segments: Uint8Array): ReturnType<Core['load']> {
    const at = this.#wasm.loadRoom(bytesOf(segments.byteLength)) >>> 0
    this.#refresh()
    if (at === 0) return 'full'
    this.bytes.set(segments, at)
    const status = this.#wasm.loadSegments(segments.byteLength)
    this.#refresh()
    return named(LOAD_ANSWERS, status)
  }

  digest(): number {
    this.#wasm.locate()
    const { words } = this
    const base = this.#fact(Fact.origin)
    const entries_at = this.#fact(Fact.entries_at)
    return digestOf({
      log: words,
      base,
      start: this.#fact(Fact.start),
      end: this.#fact(Fact.end),
      sealed: this.#fact(Fact.sealed),
      forgotten_before: this.#fact(Fact.forgotten_before),
      bits: words,
      bits_first: this.#fact(Fact.bits_at) >>> 2,
      bits_from: this.#fact(Fact.log_at),
      entries: words,
      entries_first: entries_at >>> 2,
      entries_end: (entries_at + this.#fact(Fact.entries_bytes)) >>> 2,
    })
  }

  #next(table: number, id: Uint8Array): number {
    if (id.byteLength === 0 || id.byteLength > ID_BYTES_MAX) return 1
    this.words.fill(0, (Place.id + id.byteLength) >>> 2, (Place.id + id.byteLength + 8) >>> 2)
    this.bytes.set(id, Place.id)
    return this.#wasm.next(table, id.byteLength)
  }

  #fact(index: number): number {
    return this.#facts[index] as number
  }

  /** Growth detaches every view: their length is 0 then. */
  #refresh(): void {
    if (this.#facts.length !== 0) return
    const { buffer } = this.#wasm.memory
    this.bytes = new Uint8Array(buffer)
    this.words = new Uint32Array(buffer)
    this.lsns = new Float64Array(buffer, Place.lsns, LSNS_MAX)
    this.#facts = new Float64Array(buffer, Place.facts, FACTS)
  }
}

/** A count of bytes as Wasm takes it: what is none is more than there can be. */
function bytesOf(bytes: number): number {
  return bytes >= 0 && bytes <= 0xffff_ffff ? Math.ceil(bytes) : 0xffff_ffff
}

function named<Answer>(answers: readonly Answer[], index: number): Answer {
  return answers[index] as Answer
}

function lsn(position: number): Lsn {
  return position as Lsn
}
