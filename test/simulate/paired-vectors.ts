/**
 * Two implementations of dependency vectors side by side, as one: each call goes to both, their answers must be the same.
 *
 * @module
 */
import type { Merged, Vectors, VectorsMaker } from '@darq/core'
import { same } from './same.ts'

export function pairedVectors(first: VectorsMaker, second: VectorsMaker): VectorsMaker {
  return (limits) => new PairedVectors(first(limits), second(limits))
}

class PairedVectors implements Vectors {
  readonly #first: Vectors
  readonly #second: Vectors

  constructor(first: Vectors, second: Vectors) {
    this.#first = first
    this.#second = second
  }

  get limits() {
    return this.#first.limits
  }
  get entries() {
    return this.#first.entries
  }
  get open(): number {
    return same('open', this.#first.open, this.#second.open)
  }
  get frozen(): boolean {
    return same('frozen', this.#first.frozen, this.#second.frozen)
  }
  get hosts(): number {
    return same('hosts', this.#first.hosts, this.#second.hosts)
  }
  get memory_bytes(): number {
    return this.#first.memory_bytes
  }

  /** What was written into one's memory is written into the other's. */
  #mirror(count: number): void {
    this.#second.entries.set(this.#first.entries.subarray(0, count * 3))
  }

  merge(count: number): Merged {
    this.#mirror(count)
    return same('merge', this.#first.merge(count), this.#second.merge(count))
  }
  stable(count: number): number {
    this.#mirror(count)
    return same('stable', this.#first.stable(count), this.#second.stable(count))
  }
  freeze(): void {
    this.#first.freeze()
    this.#second.freeze()
  }
  seal(): number {
    const open = same('seal', this.#first.seal(), this.#second.seal())
    same('digest of vectors', this.#first.digest(), this.#second.digest())
    return open
  }
  committed(durable: number): number {
    return same('committed', this.#first.committed(durable), this.#second.committed(durable))
  }
  lost(host: number, epoch: number, first: number): number {
    return same('lost', this.#first.lost(host, epoch, first), this.#second.lost(host, epoch, first))
  }
  unstable(version: number): number {
    const count = same('unstable', this.#first.unstable(version), this.#second.unstable(version))
    for (let at = 0; at < count * 3; at += 1) same('entries', this.#first.entries[at], this.#second.entries[at])
    return count
  }
  forget(): void {
    this.#first.forget()
    this.#second.forget()
  }
  rewind(to: number): void {
    this.#first.rewind(to)
    this.#second.rewind(to)
  }
  digest(): number {
    return same('digest of vectors', this.#first.digest(), this.#second.digest())
  }
}
