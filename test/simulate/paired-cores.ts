/**
 * Two cores side by side, as one: each call goes to both, their answers and what they hold must be the same.
 *
 * @module
 */
import type { Core, CoreMaker, Forget, Ingested, Lsn, Sealed } from '@darq/core'
import { same } from './same.ts'

export function pairedCores(first: CoreMaker, second: CoreMaker): CoreMaker {
  return (limits) => new PairedCore(first(limits), second(limits))
}

class PairedCore implements Core {
  readonly #first: Core
  readonly #second: Core
  #at = 0
  #secondAt = 0

  constructor(first: Core, second: Core) {
    this.#first = first
    this.#second = second
  }

  get limits() {
    return this.#first.limits
  }
  get bytes() {
    return this.#first.bytes
  }
  get words() {
    return this.#first.words
  }
  get lsns() {
    return this.#first.lsns
  }
  get lsns_max() {
    return Math.min(this.#first.lsns_max, this.#second.lsns_max)
  }
  get start(): Lsn {
    return same('start', this.#first.start, this.#second.start)
  }
  get end(): Lsn {
    return same('end', this.#first.end, this.#second.end)
  }
  get sealed(): Lsn {
    return same('sealed', this.#first.sealed, this.#second.sealed)
  }
  get reserved(): Lsn {
    return same('reserved', this.#first.reserved, this.#second.reserved)
  }
  get unconsumed() {
    return same('unconsumed', this.#first.unconsumed, this.#second.unconsumed)
  }
  get unacknowledged() {
    return same('unacknowledged', this.#first.unacknowledged, this.#second.unacknowledged)
  }
  get checkpoint() {
    return same('checkpoint', this.#first.checkpoint, this.#second.checkpoint)
  }
  get snapshot_bytes() {
    return same('snapshot_bytes', this.#first.snapshot_bytes, this.#second.snapshot_bytes)
  }
  get snapshotted(): Lsn {
    return same('snapshotted', this.#first.snapshotted, this.#second.snapshotted)
  }
  get head(): Lsn {
    return same('head', this.#first.head, this.#second.head)
  }
  get memory_bytes() {
    return this.#first.memory_bytes
  }

  at(lsn: Lsn): number {
    return this.#first.at(lsn)
  }

  reserve(bytes_max: number): number {
    this.#at = this.#first.reserve(bytes_max)
    this.#secondAt = this.#second.reserve(bytes_max)
    same('reserve', this.#at < 0, this.#secondAt < 0)
    return this.#at
  }

  /** What was written into one core's memory is written into the other's. */
  #mirror(bytes: number): void {
    this.#second.bytes.set(this.#first.bytes.subarray(this.#at, this.#at + bytes), this.#secondAt)
  }

  ingest(bytes: number): Ingested {
    this.#mirror(bytes)
    return same('ingest', this.#first.ingest(bytes), this.#second.ingest(bytes))
  }
  step(bytes: number) {
    this.#mirror(bytes)
    return same('step', this.#first.step(bytes), this.#second.step(bytes))
  }
  acknowledge(count: number): number {
    for (let i = 0; i < count; i += 1) this.#second.lsns[i] = this.#first.lsns[i] ?? 0
    return same('acknowledge', this.#first.acknowledge(count), this.#second.acknowledge(count))
  }
  isPending(lsn: Lsn): boolean {
    return same('isPending', this.#first.isPending(lsn), this.#second.isPending(lsn))
  }
  pending(from: Lsn, kinds: number): number {
    const count = same('pending', this.#first.pending(from, kinds), this.#second.pending(from, kinds))
    for (let i = 0; i < count; i += 1) same('lsns', this.#first.lsns[i], this.#second.lsns[i])
    return count
  }
  expected(producer: Uint8Array): number {
    return same('expected', this.#first.expected(producer), this.#second.expected(producer))
  }
  outgoing(destination: Uint8Array): number {
    return same('outgoing', this.#first.outgoing(destination), this.#second.outgoing(destination))
  }
  snapshot(forget?: Forget) {
    return same('snapshot', this.#first.snapshot(forget), this.#second.snapshot(forget))
  }
  seal(): Sealed | undefined {
    const other = this.#second.seal()
    const sealed = this.#first.seal()
    same('seal', sealed?.from, other?.from)
    same('seal', sealed?.to, other?.to)
    same('digest', this.#first.digest(), this.#second.digest())
    return sealed
  }
  truncate(to: Lsn): void {
    this.#first.truncate(to)
    this.#second.truncate(to)
    same('digest', this.#first.digest(), this.#second.digest())
  }
  rewind(to: Lsn) {
    return same('rewind', this.#first.rewind(to), this.#second.rewind(to))
  }
  load(segments: Uint8Array) {
    const answer = same('load', this.#first.load(segments), this.#second.load(segments))
    same('digest', this.#first.digest(), this.#second.digest())
    return answer
  }
  digest(): number {
    return same('digest', this.#first.digest(), this.#second.digest())
  }
}
