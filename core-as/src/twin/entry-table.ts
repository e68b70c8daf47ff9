/**
 * Dependency vectors in plain TypeScript.
 *
 * What is kept are only the unstable entries, as rows in the order of the versions that brought them: a version depends on
 * the rows of its own and of all before it. So what is committed ends before the first row, what a lost state takes with it
 * begins at the first row that names it, and a version without anything unstable costs nothing. Peers, the pairs of host
 * and epoch, are found by the host's number and a short list of its epochs.
 *
 * @module
 */
import { type EntryTable, Merge } from '../host-vectors.ts'
import type { VectorsLimits } from '../vectors.ts'
import { double, int } from '../word.ts'

const NONE = -1
const ENTRY = 3

export class TwinEntryTable implements EntryTable {
  readonly #limits: VectorsLimits
  readonly entries: Float64Array
  hosts = 0

  /** By host: its first peer. */
  readonly #firsts: Int32Array
  /** By peer: its key. */
  readonly #hosts: Int32Array
  readonly #epochs: Float64Array
  /** By peer: durable up to here. */
  readonly #stable: Float64Array
  /** By peer: the newest version that an entry or `stable` named; as `#stable` in a free one. */
  readonly #newest: Float64Array
  /** By peer: the next of the host's. */
  readonly #nexts: Int32Array
  /** By peer: its newest row, if it has any. */
  readonly #lasts: Int32Array
  /** By peer: its place in the last answer, if it is in there. */
  readonly #shown: Int32Array
  /** The first free peer; the others follow by `#nexts`. */
  #free = NONE
  #free_count = 0

  /** By row: since this version … */
  readonly #versions: Float64Array
  /** … this host's states need this state … */
  readonly #needs: Float64Array
  /** … of this peer. */
  readonly #needed: Int32Array
  #rows = 0

  constructor(limits: VectorsLimits) {
    const { hosts_max, entries_max } = limits
    this.#limits = limits
    this.entries = new Float64Array(entries_max * ENTRY)
    this.#firsts = new Int32Array(hosts_max).fill(NONE)
    this.#hosts = new Int32Array(entries_max)
    this.#epochs = new Float64Array(entries_max)
    this.#stable = new Float64Array(entries_max)
    this.#newest = new Float64Array(entries_max)
    this.#nexts = new Int32Array(entries_max)
    this.#lasts = new Int32Array(entries_max)
    this.#shown = new Int32Array(entries_max)
    this.#versions = new Float64Array(entries_max)
    this.#needs = new Float64Array(entries_max)
    this.#needed = new Int32Array(entries_max)
    this.forget()
  }

  get memory_bytes(): number {
    return this.#limits.entries_max * (ENTRY * 8 + 5 * 8 + 5 * 4) + this.#limits.hosts_max * 4
  }

  merge(count: number, open: number, frozen: boolean): number {
    const { entries_max } = this.#limits
    let news = false
    let strangers = 0
    let rows = 0
    for (let nth = 0; nth < count; nth++) {
      if (!this.#isEntry(nth)) return Merge.bad_entry
      const peer = this.#find(nth)
      if (peer === NONE) strangers++
      else if (this.#version(nth) <= double(this.#newest, peer)) continue
      else if (this.#isIn(int(this.#lasts, peer), peer, open)) rows--
      news = true
      rows++
    }
    if (!news) return Merge.known
    if (frozen) return Merge.frozen
    if (this.#rows + rows > entries_max) return Merge.full
    if (this.#free_count < strangers) return Merge.crowded
    for (let nth = 0; nth < count; nth++) {
      const peer = this.#findOrAdd(nth)
      const version = this.#version(nth)
      if (version <= double(this.#newest, peer)) continue
      this.#newest[peer] = version
      // What the open version needs already is raised; its row is the peer's newest.
      let row = int(this.#lasts, peer)
      if (!this.#isIn(row, peer, open)) {
        row = this.#rows++
        this.#versions[row] = open
        this.#needed[row] = peer
        this.#lasts[peer] = row
      }
      this.#needs[row] = version
    }
    return Merge.new
  }

  settle(count: number, to: number): number {
    for (let nth = 0; nth < count; nth++) {
      if (!this.#isEntry(nth) || (this.#free_count === 0 && this.#find(nth) === NONE)) continue
      const peer = this.#findOrAdd(nth)
      const version = this.#version(nth)
      if (version > double(this.#stable, peer)) this.#stable[peer] = version
      if (version > double(this.#newest, peer)) this.#newest[peer] = version
    }
    const before = this.#rows
    let kept = 0
    for (let row = 0; row < before; row++) {
      const peer = int(this.#needed, row)
      if (double(this.#versions, row) > to) {
        // Rows of older versions came first: if one of the peer's was kept, it is the peer's newest now.
        const last = int(this.#lasts, peer)
        const isKept = last < kept && int(this.#needed, last) === peer
        this.#newest[peer] = isKept ? double(this.#needs, last) : double(this.#stable, peer)
      } else if (double(this.#needs, row) > double(this.#stable, peer)) {
        this.#versions[kept] = double(this.#versions, row)
        this.#needs[kept] = double(this.#needs, row)
        this.#needed[kept] = peer
        this.#lasts[peer] = kept++
      }
    }
    this.#rows = kept
    return before - kept
  }

  committed(durable: number): number {
    return this.#rows === 0 ? durable : Math.min(durable, double(this.#versions, 0) - 1)
  }

  unstable(version: number): number {
    const { entries } = this
    let count = 0
    let hosts = 0
    for (let row = 0; row < this.#rows && double(this.#versions, row) <= version; row++) {
      const peer = int(this.#needed, row)
      if (!this.#isShown(peer, count)) {
        let other = int(this.#firsts, int(this.#hosts, peer))
        while (other !== NONE && !this.#isShown(other, count)) other = int(this.#nexts, other)
        if (other === NONE) hosts++
        this.#shown[peer] = count
        entries[count * ENTRY] = int(this.#hosts, peer)
        entries[count * ENTRY + 1] = double(this.#epochs, peer)
        count++
      }
      entries[int(this.#shown, peer) * ENTRY + 2] = double(this.#needs, row)
    }
    this.hosts = hosts
    return count
  }

  forget(): void {
    this.#firsts.fill(NONE)
    this.#free = NONE
    this.#free_count = 0
    for (let peer = 0; peer < this.#limits.entries_max; peer++) {
      if (double(this.#newest, peer) > double(this.#stable, peer)) {
        this.#link(peer)
      } else {
        this.#nexts[peer] = this.#free
        this.#free = peer
        this.#free_count++
      }
    }
  }

  #version(nth: number): number {
    return double(this.entries, nth * ENTRY + 2)
  }

  #isEntry(nth: number): boolean {
    const host = double(this.entries, nth * ENTRY)
    return (
      host < this.#limits.hosts_max &&
      isWhole(host) &&
      isWhole(double(this.entries, nth * ENTRY + 1)) &&
      isWhole(this.#version(nth))
    )
  }

  #find(nth: number): number {
    const epoch = double(this.entries, nth * ENTRY + 1)
    let peer = int(this.#firsts, double(this.entries, nth * ENTRY))
    while (peer !== NONE && double(this.#epochs, peer) !== epoch) peer = int(this.#nexts, peer)
    return peer
  }

  /** There must be room. */
  #findOrAdd(nth: number): number {
    const found = this.#find(nth)
    if (found !== NONE) return found
    const peer = this.#free
    this.#free = int(this.#nexts, peer)
    this.#free_count--
    this.#hosts[peer] = double(this.entries, nth * ENTRY)
    this.#epochs[peer] = double(this.entries, nth * ENTRY + 1)
    this.#stable[peer] = -1
    this.#newest[peer] = -1
    this.#lasts[peer] = this.#limits.entries_max
    this.#shown[peer] = NONE
    this.#link(peer)
    return peer
  }

  /** Makes the peer the first of its host's. */
  #link(peer: number): void {
    const host = int(this.#hosts, peer)
    this.#nexts[peer] = int(this.#firsts, host)
    this.#firsts[host] = peer
  }

  /** Is the row the peer's, and the version's? A peer may know a row that is gone. */
  #isIn(row: number, peer: number, version: number): boolean {
    return row < this.#rows && int(this.#needed, row) === peer && double(this.#versions, row) === version
  }

  /** Is the peer among the `count` entries of this answer? What it says itself may be left from an older one. */
  #isShown(peer: number, count: number): boolean {
    const nth = int(this.#shown, peer)
    if (nth < 0 || nth >= count) return false
    return (
      double(this.entries, nth * ENTRY) === int(this.#hosts, peer) &&
      double(this.entries, nth * ENTRY + 1) === double(this.#epochs, peer)
    )
  }
}

function isWhole(value: number): boolean {
  return value >= 0 && Number.isSafeInteger(value)
}
