/**
 * A connection to one IndexedDB database, and what its failures mean.
 *
 * @module
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { DarqError } from '../error.ts'
import { corrupt } from './record.ts'

export const STORE = 'values'
/** Stays 1: the store's own format is in its first value, so that code of another age gets an answer that it can read. */
const DATABASE_VERSION = 1
const OPEN_TRIES_MAX = 3

/** What is stored may be anything, until it was decoded. */
interface Schema extends DBSchema {
  [STORE]: { key: number; value: unknown }
}
export type Database = IDBPDatabase<Schema>

export interface ConnectOptions {
  /** The first value of a store that doesn't exist; `undefined`: it must exist. */
  readonly mint: (() => Uint8Array<ArrayBuffer>) | undefined
  readonly timeout_ms: number
  /** Somebody deletes or upgrades the database: the connection was closed to let them. */
  readonly superseded: () => void
  /** The browser closed the connection. */
  readonly lost: () => void
}

/**
 * Opens the database; tries again when the browser drops the attempt, as it does while it clears data or has lost its storage
 * process.
 *
 * @throws {DarqError} `newer_format`, `storage` (blocked for too long, or gone), `quota`, `corrupt`; `unsupported` where there is no
 * IndexedDB, or a policy refuses it
 */
export async function connect(name: string, options: ConnectOptions): Promise<Database> {
  for (let tries = 1; ; tries++) {
    try {
      checkThere()
      return await connectOnce(name, options)
    } catch (error) {
      const isDropped = error instanceof DOMException && ['AbortError', 'UnknownError'].includes(error.name)
      if (!isDropped || options.mint === undefined || tries === OPEN_TRIES_MAX) throw await explain(error, name)
    }
  }
}

/** Some browsers have none in some frames and windows; their types don't say so. */
function checkThere(): void {
  const factory: unknown = globalThis.indexedDB
  if (factory !== undefined && factory !== null) return
  throw unsupported('none', 'for good', 'use a newer browser, or a window that keeps data', undefined)
}

async function connectOnce(name: string, options: ConnectOptions): Promise<Database> {
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    const opening = open(name, options)
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(
          new DarqError('storage', { facts: { what: 'opening the database, in ms', expected: options.timeout_ms } }),
        )
        // It may still open when whatever blocks it lets go: nobody wants it then.
        opening.then((late) => late.close()).catch(() => undefined)
      }, options.timeout_ms)
    })
    const database = await Promise.race([opening, timeout])
    if (!database.objectStoreNames.contains(STORE)) {
      database.close()
      throw corrupt('database', `an object store '${STORE}'`, Array.from(database.objectStoreNames))
    }
    return database
  } finally {
    clearTimeout(timer)
  }
}

async function open(name: string, { mint, superseded, lost }: ConnectOptions): Promise<Database> {
  /** Settles when the store is made, or is not. */
  let making: Promise<void> | undefined
  const opening = openDB<Schema>(name, DATABASE_VERSION, {
    upgrade(database, _old, _new, transaction) {
      making = transaction.done
      making.catch(() => undefined)
      const first = mint?.()
      if (first === undefined) {
        return transaction.abort()
      }
      // The generation is minted in the transaction that makes the store: no store is ever without.
      database.createObjectStore(STORE).add(first, 0)
    },
    blocking(_current, _blocked, event) {
      superseded()
      if (event.target instanceof IDBDatabase) event.target.close()
    },
    terminated: lost,
  })
  try {
    return await opening
  } catch (error) {
    // The opening says only that the store was not made; why (no room) its transaction knows.
    const why: unknown = await making?.then(
      () => undefined,
      (why: unknown) => why,
    )
    throw why instanceof DOMException && why.name !== 'AbortError' ? why : error
  }
}

async function explain(error: unknown, name: string): Promise<DarqError> {
  if (!(error instanceof DOMException) || error.name !== 'VersionError') return toDarqError(error)
  const databases = await globalThis.indexedDB.databases()
  const got = databases.find((database) => database.name === name)?.version
  return new DarqError('newer_format', {
    cause: error,
    facts: { what: 'version of the database', expected: DATABASE_VERSION, got },
  })
}

/** @returns what an IndexedDB error means */
export function toDarqError(error: unknown): DarqError {
  if (error instanceof DarqError) return error
  const name = error instanceof Error || error instanceof DOMException ? error.name : ''
  const facts = { what: 'IndexedDB', got: `${name}: ${error instanceof Error ? error.message : String(error)}` }
  if (name === 'ConstraintError') return new DarqError('fenced', { cause: error, facts })
  if (name === 'QuotaExceededError') return new DarqError('quota', { cause: error, facts })
  // Site data are blocked, by a person, a sandbox or a policy; Chromium says so in its words alone.
  if (name === 'SecurityError' || name === 'NotAllowedError' || (name === 'UnknownError' && /denied/.test(facts.got)))
    return unsupported(
      facts.got,
      'by policy',
      'allow site data for this address; in a sandboxed frame add allow-same-origin',
      error,
    )
  return new DarqError('storage', { cause: error, facts })
}

function unsupported(got: string, lasts: 'for good' | 'by policy', what_to_do: string, cause: unknown): DarqError {
  return new DarqError('unsupported', { cause, facts: { expected: 'IndexedDB', got, lasts, do: what_to_do } })
}
