/**
 * The memory store with the faults of real ones, all of them under the caller's control: nothing here waits for a timer or
 * draws a random number.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import type { Change } from './cells.ts'
import type { Storage } from './contract.ts'
import { newGeneration } from './generation.ts'
import { Medium, MemoryCells } from './memory.ts'
import { storageOver } from './store.ts'

/** A transaction that is about to be written. */
export interface MemoryWrite {
  /** The first number that it adds. */
  readonly number: number
  readonly values: number
  readonly bytes: number
}

/**
 * What becomes of a write.
 *
 * `written`: it succeeds. `failed`: nothing is written, and the writer is told so. `unknown`: it is written, but the writer
 * gets an error. `quota`: nothing is written, the store is full. `disconnected`: nothing is written, and every connection is
 * dead from now on.
 */
export type Fate = 'written' | 'failed' | 'unknown' | 'quota' | 'disconnected'

/** All that a store held at one time. */
export interface MemoryImage {
  readonly values: ReadonlyMap<number, Uint8Array<ArrayBuffer>>
  readonly wakeAt_ms: number | undefined
}

export interface FaultyMemoryOptions {
  /** Decides each write, claims included. A promise that is not settled makes it slow: it counts only once it is. */
  readonly fate?: (write: MemoryWrite) => Fate | Promise<Fate>
  /** Names a new store. Give one that depends on virtual time to make a run repeatable. */
  readonly generation?: () => string
  /** Called with each change that is in the store from now on, whatever its writer is told. */
  readonly written?: (change: Change) => void
  /** Larger commits are split into values of this many bytes. Default: no splitting. */
  readonly part_bytes_max?: number
}

/** A memory store whose owner can break it. */
export interface FaultyMemory extends Storage {
  /** What the newest write asked the platform for. */
  readonly wakeAt_ms: number | undefined
  /** Numbers that hold a value, in order. */
  readonly numbers: readonly number[]
  /** A copy of the value at `number`. */
  peek(number: number): Uint8Array<ArrayBuffer> | undefined
  /** Replaces the value at `number`, or removes it. */
  poke(number: number, value: Uint8Array<ArrayBuffer> | undefined): void
  /** The newest `count` values never reached the disk: a power cut under relaxed durability. */
  loseTail(count: number): void
  /** The second half of the value at `number` (the newest without one) reads as zeros. */
  tear(number?: number): void
  /** Every connection that is open fails from now on with `storage`; opening anew works. */
  disconnect(): void
  /** Everything is gone; the next opening finds a new generation. */
  wipe(): void
  snapshot(): MemoryImage
  /** The store goes back in time. */
  restore(image: MemoryImage): void
}

export function faultyMemory(options: FaultyMemoryOptions = {}): FaultyMemory {
  return new BreakableMemory(options)
}

class BreakableMemory implements FaultyMemory {
  readonly durability = 'memory'
  readonly #medium = new Medium()
  readonly #storage: Storage
  #connections = new Set<FaultyCells>()

  constructor({ fate = () => 'written', generation = newGeneration, written, part_bytes_max }: FaultyMemoryOptions) {
    this.#storage = storageOver({
      durability: () => this.durability,
      generation,
      connect: async () => {
        const cells = new FaultyCells(this.#medium, fate, () => this.disconnect(), written, part_bytes_max)
        this.#connections.add(cells)
        return cells
      },
    })
  }

  open() {
    return this.#storage.open()
  }

  get wakeAt_ms() {
    return this.#medium.wakeAt_ms
  }

  get numbers() {
    return [...this.#medium.values.keys()].sort((a, b) => a - b)
  }

  peek(number: number) {
    return this.#medium.values.get(number)?.slice()
  }

  poke(number: number, value: Uint8Array<ArrayBuffer> | undefined) {
    const { values } = this.#medium
    if (value === undefined) values.delete(number)
    else values.set(number, value)
    this.#medium.newest = Math.max(-1, ...values.keys())
  }

  loseTail(count: number) {
    for (const number of this.numbers.filter((number) => number > 0).slice(-count)) this.poke(number, undefined)
    this.disconnect()
  }

  tear(number = this.#medium.newest) {
    const value = this.peek(number)
    if (value !== undefined) this.poke(number, value.fill(0, value.length >> 1))
  }

  disconnect() {
    for (const connection of this.#connections) connection.isLost = true
    this.#connections.clear()
  }

  wipe() {
    this.restore({ values: new Map(), wakeAt_ms: undefined })
  }

  snapshot(): MemoryImage {
    return { values: new Map(this.#medium.values), wakeAt_ms: this.wakeAt_ms }
  }

  restore({ values, wakeAt_ms }: MemoryImage) {
    this.#medium.values = new Map(values)
    this.#medium.newest = Math.max(-1, ...values.keys())
    this.#medium.wakeAt_ms = wakeAt_ms
    this.disconnect()
  }
}

class FaultyCells extends MemoryCells {
  isLost = false
  readonly #fate: (write: MemoryWrite) => Fate | Promise<Fate>
  readonly #disconnect: () => void
  readonly #written: ((change: Change) => void) | undefined

  constructor(
    medium: Medium,
    fate: (write: MemoryWrite) => Fate | Promise<Fate>,
    disconnect: () => void,
    written: ((change: Change) => void) | undefined,
    part_bytes_max?: number,
  ) {
    super(medium, part_bytes_max)
    this.#fate = fate
    this.#disconnect = disconnect
    this.#written = written
  }

  protected override use(): Medium {
    if (this.isLost) throw new DarqError('storage', { message: 'the connection to the storage was lost' })
    return super.use()
  }

  override async write(change: Change): Promise<void> {
    this.use()
    const bytes = change.add.reduce((sum, { value }) => sum + value.length, 0)
    const fate = await this.#fate({ number: change.add[0]?.number ?? 0, values: change.add.length, bytes })
    if (fate === 'failed') throw new DarqError('storage', { message: 'the write failed' })
    if (fate === 'quota') throw new DarqError('quota', { message: 'the storage is full' })
    if (fate === 'disconnected') this.#disconnect()
    this.use().apply(change)
    this.#written?.(change)
    if (fate === 'unknown') throw new DarqError('storage', { message: 'the outcome of the write is unknown' })
  }
}
