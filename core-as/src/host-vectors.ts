/**
 * What both implementations of `Vectors` share: which version is open, whether it is frozen, and the digest.
 *
 * @module
 */
import type { Merged, Vectors, VectorsLimits } from './vectors.ts'
import { xxh32End, xxh32Mix, xxh32Words } from './xxh32.ts'

/** What `merge` answers, by number. */
export const Merge = { known: 0, new: 1, frozen: 2, full: 3, bad_entry: 4 } as const
export type Merge = (typeof Merge)[keyof typeof Merge]
const answers: readonly Merged[] = ['known', 'new', 'frozen', 'full', 'bad_entry']

/** The part with two implementations; the methods are those of `Vectors`. */
export interface EntryTable {
  readonly entries: Float64Array
  readonly hosts: number
  readonly memory_bytes: number
  merge(count: number, open: number, frozen: boolean): number
  stable(count: number): number
  committed(durable: number): number
  /** For the state in the first entry. */
  lost(open: number): number
  unstable(version: number): number
  forget(): void
  rewind(to: number): void
  /** Every unstable entry in order, four numbers each: since which version, needed version, host, epoch. */
  rows(): Float64Array
  /** Every peer, in whatever order, three numbers each: host, epoch, durable up to (-1: unknown). */
  peers(): Float64Array
}

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
    return this.#table.stable(Math.min(count, this.limits.entries_max))
  }

  committed(durable: number): number {
    return this.#table.committed(durable)
  }

  lost(host: number, epoch: number, first: number): number {
    this.entries[0] = host
    this.entries[1] = epoch
    this.entries[2] = first
    return this.#table.lost(this.#open)
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
    this.#table.rewind(to)
    this.#open = to + 1
    this.#frozen = false
  }

  digest(): number {
    let sum = 0
    const peers = wordsOf(this.#table.peers())
    for (let at = 0; at < peers.length; at += 6) sum = (sum + xxh32Words(peers, at, 24, 0)) | 0
    const rows = wordsOf(this.#table.rows())
    const hash = xxh32Mix(xxh32Words(rows, 0, rows.byteLength, this.#open | 0) | 0, sum)
    return xxh32End(xxh32Mix(hash, this.#frozen ? 1 : 0))
  }
}

function wordsOf(numbers: Float64Array): Uint32Array {
  return new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length * 2)
}
