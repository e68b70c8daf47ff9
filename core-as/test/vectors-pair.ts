/**
 * Both implementations of `Vectors` side by side: the same answers, and the same digest after each.
 *
 * @module
 */
import { expect } from 'vitest'
import { twinVectors } from '../src/twin.ts'
import type { Merged, Vectors, VectorsLimits, VectorsMaker } from '../src/vectors.ts'
import { wasmVectors } from '../src/wasm.ts'

export const vectorsMakers: readonly [wasm: VectorsMaker, twin: VectorsMaker] = [await wasmVectors(), twinVectors()]

/** Host number, epoch, version. */
export type Entry = readonly [host: number, epoch: number, version: number]

export class VectorsPair {
  readonly both: readonly [wasm: Vectors, twin: Vectors]

  constructor(limits: Partial<VectorsLimits> = {}) {
    const all = { hosts_max: 8, entries_max: 16, version: 1, ...limits }
    this.both = [vectorsMakers[0](all), vectorsMakers[1](all)]
  }

  each<Answer>(what: (vectors: Vectors) => Answer): Answer {
    const [left, right] = this.both.map(what) as [Answer, Answer]
    expect(left, 'the answers of wasm and twin').toEqual(right)
    const [wasm, twin] = this.both
    expect([wasm.open, wasm.frozen, wasm.digest()]).toEqual([twin.open, twin.frozen, twin.digest()])
    return left
  }

  merge(...entries: Entry[]): Merged {
    return this.each((vectors) => vectors.merge(put(vectors, entries)))
  }
  stable(...entries: Entry[]): number {
    return this.each((vectors) => vectors.stable(put(vectors, entries)))
  }
  seal(): number {
    return this.each((vectors) => vectors.seal())
  }
  freeze(): void {
    this.each((vectors) => vectors.freeze())
  }
  committed(durable: number): number {
    return this.each((vectors) => vectors.committed(durable))
  }
  lost(...[host, epoch, first]: Entry): number {
    return this.each((vectors) => vectors.lost(host, epoch, first))
  }
  rewind(to: number): void {
    this.each((vectors) => vectors.rewind(to))
  }
  /** In order of host and epoch. */
  unstable(version: number): Entry[] {
    return this.each((vectors) => {
      const count = vectors.unstable(version)
      expect(vectors.hosts).toBe(new Set(taken(vectors, count).map(([host]) => host)).size)
      return taken(vectors, count)
    })
  }
  digest(): number {
    return this.each((vectors) => vectors.digest())
  }

  /** Asserts that `what` is answered with `answer` and changes nothing. */
  refuses<Answer>(answer: Answer, what: () => Answer): void {
    const digest = this.digest()
    expect(what()).toBe(answer)
    expect(this.digest()).toBe(digest)
  }
}

function put(vectors: Vectors, entries: readonly Entry[]): number {
  vectors.entries.set(entries.flat())
  return entries.length
}

function taken(vectors: Vectors, count: number): Entry[] {
  const entries = Array.from({ length: count }, (_, nth): Entry => {
    const [host = -1, epoch = -1, version = -1] = vectors.entries.subarray(nth * 3, nth * 3 + 3)
    return [host, epoch, version]
  })
  return entries.sort(([host, epoch], [other, otherEpoch]) => host - other || epoch - otherEpoch)
}
