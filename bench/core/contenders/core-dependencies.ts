/**
 * Dependency vectors of the core, Wasm or twin, as a host drives them: vectors are decoded from the bytes that arrive, and
 * encoded to those that leave.
 *
 * @module
 */
import { decodeVector, encodeVector, type Vectors, type VectorsMaker, vectorBytes } from '@darq/core'
import type { Dependencies, DependenciesLimits, Dependency } from './dependencies.ts'

export class CoreDependencies implements Dependencies<Uint8Array> {
  readonly #vectors: Vectors
  readonly #hosts_max: number

  constructor(maker: VectorsMaker, { hosts_max, entries_max }: DependenciesLimits) {
    this.#vectors = maker({ hosts_max, entries_max, version: 1 })
    this.#hosts_max = hosts_max
  }

  arrival(vector: readonly Dependency[]): Uint8Array {
    const bytes = new Uint8Array(vectorBytes(vector.length))
    encodeVector(Float64Array.from(vector.flat()), vector.length, bytes)
    return bytes
  }

  merge(vector: Uint8Array): void {
    const merged = this.#vectors.merge(this.#decode(vector))
    if (merged !== 'new' && merged !== 'known') throw new Error(`a vector was refused: ${merged}`)
  }

  close(): Uint8Array<ArrayBuffer> {
    const vectors = this.#vectors
    vectors.freeze()
    const count = vectors.unstable(vectors.open)
    const bytes = new Uint8Array(vectorBytes(count))
    encodeVector(vectors.entries, count, bytes)
    vectors.seal()
    return bytes
  }

  prune(vector: Uint8Array): number {
    return this.#vectors.stable(this.#decode(vector))
  }

  committed(): number {
    return this.#vectors.committed(this.#vectors.open - 1)
  }

  reset(): void {
    this.#vectors.rewind(0)
    this.#vectors.forget()
  }

  read(bytes: Uint8Array<ArrayBuffer>): Dependency[] {
    const { entries } = this.#vectors
    const at = (index: number) => entries[index] ?? Number.NaN
    return Array.from({ length: this.#decode(bytes) }, (_, nth) => [at(nth * 3), at(nth * 3 + 1), at(nth * 3 + 2)])
  }

  #decode(vector: Uint8Array): number {
    const count = decodeVector(vector, this.#vectors.entries, this.#hosts_max)
    if (typeof count !== 'number') throw new Error(`a vector could not be read: ${count}`)
    return count
  }
}
