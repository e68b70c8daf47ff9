/**
 * Dependency vectors over an instance of core.wasm.
 *
 * @module
 */
import type { EntryTable } from '../host-vectors.ts'
import type { VectorsLimits } from '../vectors.ts'
import { double } from '../word.ts'
import { exportsOf, FACTS, Fact, Place, type WasmExports } from './exports.ts'

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
  settle(count: number, to: number): number {
    return this.#wasm.settle(count, to)
  }
  committed(durable: number): number {
    return this.#wasm.committed(durable)
  }
  unstable(version: number): number {
    return this.#wasm.unstable(version)
  }
  forget(): void {
    this.#wasm.forget()
  }
}
