/**
 * The store of a browser tab: one IndexedDB database with one object store, whose keys are the numbers.
 *
 * A write is one strict transaction whose requests are all issued at once and which is committed explicitly: it never waits
 * for this thread, so a tab that freezes in the middle blocks nobody. (A process that is stopped from outside within the tenth
 * of a millisecond in which the requests are handed over blocks the others until it goes on.) Whether it counts (was anything
 * there at or above our numbers?) is asked inside the same transaction and read once that is complete.
 *
 * Firefox 153 completes a transaction that was committed explicitly although a request of it failed, unless that was the last
 * one. So the value is added last, and stands alone: if it can't be written, nothing of the transaction is.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import type { Cells, Change, Clearing } from './cells.ts'
import type { Storage } from './contract.ts'
import { connect, type Database, STORE, toDarqError } from './indexed-db-connection.ts'
import { corrupt, HEADER_BYTES } from './record.ts'
import { storageOver } from './store.ts'

/**
 * In Chromium a value aims at this many bytes: a commit of 64 to 128 KiB of random bytes takes 1.5 to 3 times as long in one
 * value as in such pieces; from 256 KiB on it makes no difference that can be told from noise.
 */
const VALUE_BYTES_MAX = 60_000
const VALUES_PER_READ = 64
const MINUTE_MS = 60_000
const WRITE_TRIES_MAX = 3

export interface IndexedDbOptions {
  /** After this long an opening that another tab blocks is given up with `storage`. Default 10,000. */
  readonly open_timeout_ms?: number
  /** How often in a minute a connection that the browser closed is opened again before `storage` is thrown. Default 3. */
  readonly reopens_max?: number
  /** In Chromium larger commits are split into values of this many bytes, their header included. Default 60,000. */
  readonly value_bytes_max?: number
}

/**
 * A store in this origin's IndexedDB, made on the first opening.
 *
 * `durability` is `strict` when the browser knows the strict hint, otherwise `relaxed`; once it was opened in a private window
 * of Firefox or Safari, `best-effort`. Chromium doesn't let its private windows be told. A resolved commit is durable in that
 * sense; whether the browser may evict the origin's data is another question (`navigator.storage.persist`).
 *
 * @param name the database's name; whoever opens the same one shares the store
 * @example
 * const host = await openHost({ name: 'demo', participants: [], storage: indexedDB('demo') })
 */
export function indexedDB(name: string, options: IndexedDbOptions = {}): Storage {
  let isPrivate = false
  return storageOver({
    durability() {
      if (isPrivate) return 'best-effort'
      return typeof IDBTransaction === 'function' && 'durability' in IDBTransaction.prototype ? 'strict' : 'relaxed'
    },
    async connect() {
      isPrivate = await isPrivateWindow()
      return new DatabaseCells(name, options)
    },
  })
}

class DatabaseCells implements Cells {
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
    const value_bytes_max = splits() ? (options.value_bytes_max ?? VALUE_BYTES_MAX) : Number.MAX_SAFE_INTEGER
    this.part_bytes_max = value_bytes_max - HEADER_BYTES
  }

  async first(mint: () => Uint8Array<ArrayBuffer>): Promise<unknown> {
    this.#database = this.#connect(mint)
    return this.get(0)
  }

  newest(): Promise<{ readonly number: number; readonly value: unknown } | undefined> {
    return this.#run(async (database) => {
      const cursor = await database.transaction(STORE).store.openCursor(null, 'prev')
      if (cursor === null) return undefined
      if (typeof cursor.key !== 'number') throw corrupt('newest key', 'a number', typeof cursor.key)
      return { number: cursor.key, value: cursor.value }
    })
  }

  get(number: number): Promise<unknown> {
    return this.#run((database) => database.get(STORE, number))
  }

  read(from: number, to: number): Promise<readonly unknown[]> {
    return this.#run((database) => database.getAll(STORE, IDBKeyRange.bound(from, to, false, true)))
  }

  async write(change: Change): Promise<void> {
    const first = change.add[0]?.number ?? 0
    const found = await this.#run(async (database) => {
      for (let tries = 1; ; tries++) {
        try {
          return await writeOnce(database, change, first)
        } catch (error) {
          // Nothing was written. Chromium forgets to say why when the disk filled up between two values: it may say so now.
          if (!isUnexplained(error)) throw error
          if (tries === WRITE_TRIES_MAX) throw (await isRoomFor(change)) ? error : noRoom(error)
        }
      }
    })
    if (found.length === 0) return
    throw new DarqError('fenced', { facts: { what: 'newest number', expected: first - 1, got: String(found.at(-1)) } })
  }

  async free(clear: Clearing): Promise<void> {
    await this.#run(async (database) => {
      const transaction = database.transaction(STORE, 'readwrite')
      const requests = rangesOf(clear).map((range) => transaction.store.delete(range))
      transaction.commit()
      await Promise.all([transaction.done, ...requests])
    })
  }

  async close(): Promise<void> {
    this.#ended ??= new DarqError('closed', { message: 'the storage was closed by its owner' })
    const database = await this.#database?.catch(() => undefined)
    database?.close()
  }

  /** Runs `work` on the connection. One on which something failed for no reason that we know is not used again. */
  async #run<T>(work: (database: Database) => Promise<T>): Promise<T> {
    if (this.#ended !== undefined) throw this.#ended
    this.#database ??= this.#reconnect()
    const connection = this.#database
    const database = await connection
    try {
      return await work(database)
    } catch (cause) {
      const error = toDarqError(cause)
      if (error.code === 'storage' && this.#database === connection) {
        this.#database = undefined
        database.close()
      }
      throw error
    }
  }

  async #reconnect(): Promise<Database> {
    const now_ms = performance.now()
    this.#reopened_ms = this.#reopened_ms.filter((then_ms) => now_ms - then_ms < MINUTE_MS)
    if (this.#reopened_ms.length >= this.#reopens_max) {
      const facts = { what: 'connections lost in a minute', expected: this.#reopens_max, got: this.#reopens_max + 1 }
      this.#ended = new DarqError('storage', { facts })
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
        const facts = { what: 'database', expected: 'in use', got: 'deleted or upgraded by another' }
        this.#ended ??= new DarqError('closed', { facts })
      },
      lost: () => {
        this.#database = undefined
      },
    })
  }
}

/**
 * A private window has IndexedDB, which is gone with the window, and a flush of it promises nothing. Firefox and Safari refuse
 * the file system there; Chromium answers as ever, and is not asked.
 */
async function isPrivateWindow(): Promise<boolean> {
  const manager: Partial<StorageManager> | undefined = navigator.storage
  if (splits() || manager?.getDirectory === undefined) return false
  return manager.getDirectory().then(
    () => false,
    () => true,
  )
}

/**
 * Only Chromium gains by it, and in Firefox a commit of several values may be torn. Chromium is told by what only it has: a
 * browser that is not recognised writes one value, which is right everywhere.
 */
function splits(): boolean {
  return 'userAgentData' in navigator
}

/** @returns one key at or above `first`, the smallest number that is added, if there was any */
async function writeOnce(database: Database, { add, clear }: Change, first: number): Promise<number[]> {
  const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' })
  const { store } = transaction
  // A stale owner's numbers may have been cleared away, so that its `add` meets nothing: then there is more above them.
  const found = store.getAllKeys(IDBKeyRange.lowerBound(first), 1)
  const requests: Promise<unknown>[] = [found]
  if (clear !== undefined) for (const range of rangesOf(clear)) requests.push(store.delete(range))
  for (const { number, value } of add) requests.push(store.add(value, number))
  transaction.commit()
  try {
    await Promise.all([transaction.done, ...requests])
  } catch (error) {
    // The transaction knows why it failed; its requests say only that it did, if they are answered at all.
    await transaction.done.catch(() => undefined)
    throw transaction.error ?? error
  }
  return found
}

/** An aborted transaction, without a reason: its own error is missing, or is that of a request that came after the abort. */
function isUnexplained(error: unknown): boolean {
  return error instanceof DOMException && ['AbortError', 'InvalidStateError'].includes(error.name)
}

/** @returns whether the browser thinks that a change would find room; `true` when it doesn't tell */
async function isRoomFor({ add }: Change): Promise<boolean> {
  const wanted_bytes = add.reduce((sum, { value }) => sum + value.length, 0)
  // WebKitGTK can't estimate, and nobody tells an origin that isn't secure.
  const manager: Partial<StorageManager> | undefined = navigator.storage
  const { quota, usage } = (await manager?.estimate?.().catch(() => undefined)) ?? {}
  return quota === undefined || usage === undefined || usage + wanted_bytes <= quota
}

function noRoom(cause: unknown): DarqError {
  return new DarqError('quota', { cause, facts: { what: 'IndexedDB', got: 'an abort without a reason, and no room' } })
}

function rangesOf({ from, to, keep, more }: Clearing): IDBKeyRange[] {
  const pieces = [
    { from, to: Math.min(to, Math.max(from, keep)) },
    { from: Math.max(from, keep + 1), to },
  ]
  const ranges = pieces.filter((piece) => piece.from < piece.to)
  return [
    ...ranges.map((piece) => IDBKeyRange.bound(piece.from, piece.to, false, true)),
    ...more.map((number) => IDBKeyRange.only(number)),
  ]
}
