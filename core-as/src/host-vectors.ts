/**
 * What both implementations of `Vectors` share: which version is open, whether it is frozen, and what can be
 * asked by way of `unstable`.
 *
 * @module
 */
import type { Merged, Vectors, VectorsLimits } from './vectors.ts'
import { double } from './word.ts'
import { xxh32, xxh32End, xxh32Mix } from './xxh32.ts'

/** What `merge` answers, by number. `crowded`: nothing changed, but it may fit once others are forgotten. */
export const Merge = { known: 0, new: 1, frozen: 2, full: 3, bad_entry: 4, crowded: 5 } as const
const answers: readonly Merged[] = ['known', 'new', 'frozen', 'full', 'bad_entry', 'full']

/** The part with two implementations; the methods are those of `Vectors`. */
export interface EntryTable {
  readonly entries: Float64Array
  readonly hosts: number
  readonly memory_bytes: number
  merge(count: number, open: number, frozen: boolean): number
  /** `stable` for the first `count` entries, and `rewind` to a version. */
  settle(count: number, to: number): number
  committed(durable: number): number
  unstable(version: number): number
  forget(): void
}

const ENTRY_BYTES = 24

export class HostVectors implements Vectors {
  readonly limits: VectorsLimits
  readonly entries: Float64Array
  readonly #table: EntryTable
  #open: number
  #frozen = false

  constructor(limits: VectorsLimits, table: EntryTable) {
    this.limits = limits
    this.entries = table.entries
    this.#table = table
    this.#open = limits.version
  }

  get open(): number {
    return this.#open
  }
  get frozen(): boolean {
    return this.#frozen
  }
  get hosts(): number {
    return this.#table.hosts
  }
  get memory_bytes(): number {
    return this.#table.memory_bytes
  }

  merge(count: number): Merged {
    if (!(count <= this.limits.entries_max)) return 'full'
    const answer = this.#table.merge(count, this.#open, this.#frozen)
    if (answer !== Merge.crowded) return answers[answer] ?? 'bad_entry'
    // What is forgotten may be in this very batch: so it is looked at from its beginning.
    this.#table.forget()
    return answers[this.#table.merge(count, this.#open, this.#frozen)] ?? 'bad_entry'
  }

  freeze(): void {
    this.#frozen = true
  }

  seal(): number {
    this.#frozen = false
    return ++this.#open
  }

  stable(count: number): number {
    return this.#table.settle(Math.min(count, this.limits.entries_max), Number.POSITIVE_INFINITY)
  }

  committed(durable: number): number {
    return this.#table.committed(durable)
  }

  lost(host: number, epoch: number, first: number): number {
    // What versions depend on only grows, so the first that depends on the lost state is found by halving.
    let without = this.#table.committed(this.#open)
    let within = this.#open + 1
    while (within - without > 1) {
      const middle = Math.floor((without + within) / 2)
      if (this.#depends(middle, host, epoch, first)) within = middle
      else without = middle
    }
    return without
  }

  unstable(version: number): number {
    return this.#table.unstable(version)
  }

  forget(): void {
    this.#table.forget()
  }

  rewind(to: number): void {
    if (!Number.isInteger(to) || to < 0 || to >= this.#open) {
      throw new RangeError(`rewind: expected a version below ${this.#open}, got ${to}`)
    }
    this.#table.settle(0, to)
    this.#open = to + 1
    this.#frozen = false
  }

  digest(): number {
    const { entries } = this
    let hash = xxh32Mix(this.#open | 0, this.#frozen ? 1 : 0)
    for (let version = this.#table.committed(this.#open) + 1; version <= this.#open; version++) {
      const count = this.#table.unstable(version)
      hash = xxh32Mix(hash, xxh32(new Uint8Array(entries.buffer, entries.byteOffset, count * ENTRY_BYTES)))
    }
    return xxh32End(hash)
  }

  #depends(version: number, host: number, epoch: number, first: number): boolean {
    const { entries } = this
    const end = this.#table.unstable(version) * 3
    for (let at = 0; at < end; at += 3) {
      if (entries[at] === host && entries[at + 1] === epoch && double(entries, at + 2) >= first) return true
    }
    return false
  }
}
