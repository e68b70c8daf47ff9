/**
 * Dependency vectors over an instance of core.wasm.
 *
 * @module
 */
import type { EntryTable } from '../host-vectors.ts'
import type { VectorsLimits } from '../vectors.ts'
import { double } from '../word.ts'
import { exportsOf, FACTS, Fact, Place, type WasmExports } from './exports.ts'

const PEER_BYTES = 40
const ROW_BYTES = 24

export class WasmEntryTable implements EntryTable {
  readonly entries: Float64Array
  readonly #wasm: WasmExports
  readonly #facts: Float64Array

  constructor(module: WebAssembly.Module, { hosts_max, entries_max }: VectorsLimits) {
    this.#wasm = exportsOf(new WebAssembly.Instance(module))
    if (this.#wasm.openVectors(hosts_max, entries_max) === 0) {
      throw new RangeError(`entries_max: the platform has no memory for ${entries_max}`)
    }
    const { buffer } = this.#wasm.memory
    this.#facts = new Float64Array(buffer, Place.facts, FACTS)
    this.entries = new Float64Array(buffer, Place.entries, entries_max * 3)
  }

  get hosts(): number {
    return double(this.#facts, Fact.hosts)
  }
  get memory_bytes(): number {
    return this.#wasm.memory.buffer.byteLength
  }

  merge(count: number, open: number, frozen: boolean): number {
    return this.#wasm.merge(count, open, frozen ? 1 : 0)
  }
  stable(count: number): number {
    return this.#wasm.stable(count)
  }
  committed(durable: number): number {
    return this.#wasm.committed(durable)
  }
  lost(open: number): number {
    return this.#wasm.lost(open)
  }
  unstable(version: number): number {
    return this.#wasm.unstable(version)
  }
  forget(): void {
    this.#wasm.forget()
  }
  rewind(to: number): void {
    this.#wasm.rewindVectors(to)
  }

  rows(): Float64Array {
    const { numbers, words, peers_end, rows_at, rows_end } = this.#located()
    const rows: number[] = []
    for (let at = rows_at; at < rows_end; at += ROW_BYTES) {
      const peer = words[at / 4 + 4] ?? peers_end
      rows.push(
        double(numbers, at / 8),
        double(numbers, at / 8 + 1),
        words[peer / 4 + 6] ?? -1,
        double(numbers, peer / 8),
      )
    }
    return Float64Array.from(rows)
  }

  peers(): Float64Array {
    const { numbers, words, peers_at, peers_end } = this.#located()
    const peers: number[] = []
    for (let at = peers_at; at < peers_end; at += PEER_BYTES) {
      peers.push(words[at / 4 + 6] ?? -1, double(numbers, at / 8), double(numbers, at / 8 + 1))
    }
    return Float64Array.from(peers)
  }

  #located() {
    this.#wasm.locate()
    const { buffer } = this.#wasm.memory
    return {
      numbers: new Float64Array(buffer),
      words: new Uint32Array(buffer),
      peers_at: double(this.#facts, Fact.peers_at),
      peers_end: double(this.#facts, Fact.peers_end),
      rows_at: double(this.#facts, Fact.rows_at),
      rows_end: double(this.#facts, Fact.rows_end),
    }
  }
}
