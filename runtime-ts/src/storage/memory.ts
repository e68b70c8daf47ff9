/**
 * A store that lives as long as the object: for tests, for simulation, and where nothing else is to be had.
 *
 * It keeps real records under real numbers, so that fencing, checksums and truncation are the same code as in the durable
 * adapters. `memory-faults.ts` adds the faults.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import type { Cells, Change, Clearing } from './cells.ts'
import type { Storage } from './contract.ts'
import { newGeneration } from './generation.ts'
import { storageOver } from './store.ts'

/** A value of memory is never split: there is nothing to gain. */
const PART_BYTES_MAX = 2 ** 30
const VALUES_PER_READ = 64

/** What outlives every connection: the "disk". */
export class Medium {
  values = new Map<number, Uint8Array<ArrayBuffer>>()
  newest = -1
  /** What the newest change asked for. */
  wakeAt_ms: number | undefined

  /** The generation's record is minted by whoever comes first. */
  found(mint: () => Uint8Array<ArrayBuffer>): void {
    if (this.values.has(0)) return
    this.values.set(0, mint())
    this.newest = Math.max(this.newest, 0)
  }

  /** All of a change, or nothing of it. */
  apply(change: Change): void {
    const first = change.add[0]?.number ?? 0
    if (this.newest >= first) {
      throw new DarqError('fenced', { facts: { what: 'newest number', expected: first - 1, got: this.newest } })
    }
    for (const { number, value } of change.add) {
      this.values.set(number, value)
      this.newest = number
    }
    if (change.clear !== undefined) this.free(change.clear)
    this.wakeAt_ms = change.wakeAt_ms
  }

  free({ from, to, keep, more }: Clearing): void {
    for (let number = from; number < to; number++) if (number !== keep) this.values.delete(number)
    for (const number of more) this.values.delete(number)
  }
}

/** A connection to a medium. */
export class MemoryCells implements Cells {
  readonly part_bytes_max: number
  readonly values_per_read = VALUES_PER_READ
  readonly clear_max = Number.MAX_SAFE_INTEGER
  readonly #medium: Medium
  #isClosed = false

  constructor(medium: Medium, part_bytes_max = PART_BYTES_MAX) {
    this.#medium = medium
    this.part_bytes_max = part_bytes_max
  }

  async first(mint: () => Uint8Array<ArrayBuffer>): Promise<unknown> {
    const medium = this.use()
    medium.found(mint)
    return medium.values.get(0)?.slice()
  }

  async newest(): Promise<{ readonly number: number; readonly value: unknown } | undefined> {
    const { newest, values } = this.use()
    return newest < 0 ? undefined : { number: newest, value: values.get(newest)?.slice() }
  }

  async get(number: number): Promise<unknown> {
    return this.use().values.get(number)?.slice()
  }

  async read(from: number, to: number): Promise<readonly unknown[]> {
    const { values } = this.use()
    const found: Uint8Array[] = []
    for (let number = from; number < to; number++) {
      const value = values.get(number)
      if (value !== undefined) found.push(value.slice())
    }
    return found
  }

  async write(change: Change): Promise<void> {
    this.use().apply(change)
  }

  async free(clear: Clearing): Promise<void> {
    this.use().free(clear)
  }

  async close(): Promise<void> {
    this.#isClosed = true
  }

  /** The medium, while this connection is good. */
  protected use(): Medium {
    if (this.#isClosed) throw new DarqError('closed', { message: 'the storage was closed by its owner' })
    return this.#medium
  }
}

/**
 * @returns a storage that keeps everything while the object lives, over any number of openings
 * @example
 * ```ts
 * const storage = memory()
 * await (await openHost({ name: 'demo', participants: [counter], storage })).close()
 * await using again = await openHost({ name: 'demo', participants: [counter], storage }) // with what the first has left
 * ```
 */
export function memory(): Storage {
  const medium = new Medium()
  return storageOver({
    durability: () => 'memory',
    connect: async () => new MemoryCells(medium),
    generation: newGeneration,
  })
}
