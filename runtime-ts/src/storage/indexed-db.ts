/**
 * The store of a browser tab: one IndexedDB database with one object store, whose keys are the numbers.
 *
 * A write is one strict transaction whose requests are all issued at once and which is committed explicitly: it never waits
 * for this thread, so a tab that freezes in the middle blocks nobody. Whether it counts (was anything there at or above our
 * number?) is asked inside the same transaction and read once that is complete.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import type { Cells, Change } from './cells.ts'
import type { Durability, Storage } from './contract.ts'
import { connect, type Database, errorOf, STORE } from './indexed-db-connection.ts'
import { corrupt, HEADER_BYTES } from './record.ts'
import { storageOver } from './store.ts'

/** A value aims at this many bytes: above, Chromium is several times slower for incompressible bytes. */
const VALUE_BYTES_MAX = 60_000
const VALUES_PER_READ = 64

export interface IndexedDbOptions {
  /** After this long an opening that another tab blocks is given up with `storage`. Default 10,000. */
  readonly open_timeout_ms?: number
  /** How often in a minute a connection that the browser closed is opened again before `storage` is thrown. Default 3. */
  readonly reopens_max?: number
  /** Larger commits are split into values of so many bytes, their header included. Default 60,000. */
  readonly value_bytes_max?: number
}

/**
 * A store in this origin's IndexedDB, made on the first opening.
 *
 * `durability` is `strict` when the browser knows the strict hint, otherwise `relaxed`.
 *
 * @param name the database's name; whoever opens the same one shares the store
 * @example
 * const host = await openHost({ name: 'demo', participants: [], storage: indexedDB('demo') })
 */
export function indexedDB(name: string, options: IndexedDbOptions = {}): Storage {
  const durability: Durability = 'durability' in IDBTransaction.prototype ? 'strict' : 'relaxed'
  return storageOver({ durability: () => durability, connect: async () => new IndexedDbCells(name, options) })
}

class IndexedDbCells implements Cells {
  readonly part_bytes_max: number
  readonly values_per_read = VALUES_PER_READ
  readonly clear_max = Number.MAX_SAFE_INTEGER
  readonly #name: string
  readonly #open_timeout_ms: number
  readonly #reopens_max: number
  #database: Promise<Database> | undefined
  /** When connections were opened again, in the last minute. */
  #reopened_ms: number[] = []
  #ended: DarqError | undefined

  constructor(name: string, options: IndexedDbOptions) {
    this.#name = name
    this.#open_timeout_ms = options.open_timeout_ms ?? 10_000
    this.#reopens_max = options.reopens_max ?? 3
    this.part_bytes_max = (options.value_bytes_max ?? VALUE_BYTES_MAX) - HEADER_BYTES
  }

  async first(mint: () => Uint8Array<ArrayBuffer>): Promise<unknown> {
    this.#database = this.#connect(mint)
    const value = await this.get(0)
    if (value === undefined) throw corrupt('value 0', 'the generation', 'nothing')
    return value
  }

  async newest(): Promise<{ readonly number: number; readonly value: unknown } | undefined> {
    const database = await this.#use()
    return errorOf(async () => {
      const cursor = await database.transaction(STORE).store.openCursor(null, 'prev')
      if (cursor === null) return undefined
      if (typeof cursor.key !== 'number') throw corrupt('newest key', 'a number', typeof cursor.key)
      return { number: cursor.key, value: cursor.value }
    })
  }

  async get(number: number): Promise<unknown> {
    const database = await this.#use()
    return errorOf(() => database.get(STORE, number))
  }

  async read(from: number, to: number): Promise<readonly unknown[]> {
    const database = await this.#use()
    return errorOf(() => database.getAll(STORE, IDBKeyRange.bound(from, to, false, true)))
  }

  async write({ add, clear }: Change): Promise<void> {
    const database = await this.#use()
    const first = add[0]?.number ?? 0
    const got = await errorOf(async () => {
      const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' })
      const { store } = transaction
      const requests: Promise<unknown>[] = add.map(({ number, value }) => store.add(value, number))
      // Counts the key that was just added, and whatever stands above it.
      const above = store.getAllKeys(IDBKeyRange.lowerBound(first + add.length - 1), 2)
      if (clear !== undefined) {
        for (const range of rangesToDelete(clear)) requests.push(store.delete(range))
      }
      transaction.commit()
      try {
        await Promise.all([above, transaction.done, ...requests])
      } catch (error) {
        // The transaction knows why it failed; its requests say only that it did.
        await transaction.done.catch(() => undefined)
        throw transaction.error ?? error
      }
      return above
    })
    if (got.length === 1) return
    throw new DarqError('fenced', {
      facts: { what: 'newest number', expected: first + add.length - 1, got: String(got.at(-1)) },
    })
  }

  async close(): Promise<void> {
    this.#ended ??= new DarqError('closed', { message: 'the storage was closed by its owner' })
    const database = await this.#database?.catch(() => undefined)
    database?.close()
  }

  /** The connection; opened anew when the browser has closed it. */
  #use(): Promise<Database> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    this.#database ??= this.#reconnect()
    return this.#database
  }

  async #reconnect(): Promise<Database> {
    const now_ms = performance.now()
    this.#reopened_ms = this.#reopened_ms.filter((then_ms) => now_ms - then_ms < 60_000)
    if (this.#reopened_ms.length >= this.#reopens_max) {
      this.#ended = new DarqError('storage', {
        facts: {
          what: 'connections that the browser closed in a minute',
          expected: this.#reopens_max,
          got: this.#reopened_ms.length + 1,
        },
      })
      throw this.#ended
    }
    this.#reopened_ms.push(now_ms)
    return this.#connect(undefined)
  }

  #connect(mint: (() => Uint8Array<ArrayBuffer>) | undefined): Promise<Database> {
    return connect(this.#name, {
      mint,
      timeout_ms: this.#open_timeout_ms,
      superseded: () => {
        this.#ended ??= new DarqError('closed', {
          facts: { what: 'database', expected: 'this one', got: 'deleted or upgraded by another' },
        })
      },
      lost: () => {
        this.#database = undefined
      },
    })
  }
}

function rangesToDelete({ from, to, keep, more }: NonNullable<Change['clear']>): IDBKeyRange[] {
  const pieces =
    keep >= from && keep < to
      ? [
          { from, to: keep },
          { from: keep + 1, to },
        ]
      : [{ from, to }]
  const ranges = pieces.filter((piece) => piece.from < piece.to)
  return [
    ...ranges.map((piece) => IDBKeyRange.bound(piece.from, piece.to, false, true)),
    ...more.map((number) => IDBKeyRange.only(number)),
  ]
}
