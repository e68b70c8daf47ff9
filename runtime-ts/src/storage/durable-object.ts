/**
 * The store of a Durable Object with SQLite behind it, over its asynchronous key-value calls.
 *
 * Those alone take `allowUnconfirmed`: they leave the output gate open, so that messages may leave before the commit is on
 * the disk; `sync()` says when it is. `sql.exec` and the synchronous `storage.kv` would hold every message back. All calls of
 * one write are made in the same tick, which makes them one transaction, alarm included.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import type { Cells, Change, Clearing } from './cells.ts'
import type { Storage } from './contract.ts'
import { type ObjectStorage, Shelf } from './durable-object-shelf.ts'
import { storageOver } from './store.ts'

export type { ObjectStorage } from './durable-object-shelf.ts'

/** Key and value together must stay below 2 MB on this platform. */
const PART_BYTES_MAX = 1_000_000
/** 16 MB at most in memory at once, of the 128 that an object has. */
const VALUES_PER_READ = 16
/** 128 keys are deleted in one call. */
const CLEAR_MAX = 512

export interface DurableObjectOptions {
  /**
   * For benchmarks: waits so long after each `sync()`, as if the disk were far away. A local workerd flushes inline and within
   * a fraction of a millisecond, so that without this there is next to nothing to gain by not waiting. Default 0.
   */
  readonly flushLatency_ms?: number
  /** While a host that wants to be woken runs, its alarm stays so far ahead, as a guard against a crash. Default 1,000. */
  readonly guard_ms?: number
}

/** A storage that also keeps its object's alarm. */
export interface DurableObjectStore extends Storage {
  /**
   * For the end of the object's alarm handler, whatever happened in it: sets the alarm again while the newest commit asks to
   * be woken. Without this a crash right after the handler would leave a message undelivered until the next request. Backs off
   * to a minute while nothing is committed between two alarms.
   */
  rearm(): Promise<void>
}

/**
 * A store over `ctx.storage`, whose keys begin with `darq/`.
 *
 * @param storage of an object whose class is declared under `new_sqlite_classes`
 * @example
 * const storage = durableObject(ctx.storage)
 */
export function durableObject(storage: ObjectStorage, options: DurableObjectOptions = {}): DurableObjectStore {
  const { flushLatency_ms = 0, guard_ms = 1_000 } = options
  const shelf = Shelf.of(storage)
  const { open } = storageOver({
    durability: () => 'strict',
    connect: async () => new ObjectCells(storage, shelf, flushLatency_ms, guard_ms),
  })
  return { durability: 'strict', open, rearm: () => shelf.rearm(guard_ms) }
}

class ObjectCells implements Cells {
  readonly part_bytes_max = PART_BYTES_MAX
  readonly values_per_read = VALUES_PER_READ
  readonly clear_max = CLEAR_MAX
  readonly #storage: ObjectStorage
  readonly #shelf: Shelf
  readonly #flushLatency_ms: number
  readonly #guard_ms: number
  #isClosed = false

  constructor(storage: ObjectStorage, shelf: Shelf, flushLatency_ms: number, guard_ms: number) {
    this.#storage = storage
    this.#shelf = shelf
    this.#flushLatency_ms = flushLatency_ms
    this.#guard_ms = guard_ms
  }

  first(mint: () => Uint8Array<ArrayBuffer>): Promise<unknown> {
    return this.#run(() => this.#shelf.first(mint))
  }

  newest(): Promise<{ readonly number: number; readonly value: unknown } | undefined> {
    return this.#run(() => this.#shelf.newest())
  }

  get(number: number): Promise<unknown> {
    return this.#run(() => this.#shelf.get(number))
  }

  read(from: number, to: number): Promise<readonly unknown[]> {
    return this.#run(() => this.#shelf.read(from, to))
  }

  write(change: Change): Promise<void> {
    return this.#run(async () => {
      await this.#shelf.write(this, change, this.#guard_ms)
      await this.#storage.sync()
      if (this.#flushLatency_ms > 0) await new Promise((resolve) => setTimeout(resolve, this.#flushLatency_ms))
    })
  }

  free(clear: Clearing): Promise<void> {
    return this.#run(async () => {
      await this.#shelf.free(clear)
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new DarqError('closed', { message: 'the storage was closed by its owner' })
    try {
      return await work()
    } catch (error) {
      throw toDarqError(error)
    }
  }
}

function toDarqError(error: unknown): DarqError {
  if (error instanceof DarqError) return error
  const message = error instanceof Error ? error.message : String(error)
  const isFull = /SQLITE_FULL|disk is full|storage limit|exceeded its maximum/i.test(message)
  return new DarqError(isFull ? 'quota' : 'storage', {
    cause: error,
    facts: { what: 'Durable Object storage', got: message },
  })
}
