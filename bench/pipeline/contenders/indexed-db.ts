/**
 * The contenders over IndexedDB, for a browser's worker.
 *
 * @module
 */
import { indexedDB as indexedDbStorage } from '@darq/runtime/storage'
import { indexedDBStore } from '../../../runtime-ts/src/transactional/index.ts'
import { openBytes } from './bytes.ts'
import type { Contender, ContenderName, Meter } from './contender.ts'
import { openDarq, openPlain } from './hosts.ts'
import { blockPutter, messagePutter, type PlainStore } from './platform.ts'

/** @param database a name that is not in use */
export async function openOverIndexedDb(contender: ContenderName, database: string): Promise<Contender> {
  switch (contender) {
    case 'darq-bytes':
      return openBytes(indexedDbStorage(database))
    case 'darq':
      return openDarq(indexedDbStorage(database))
    case 'darq-one-client':
      return openDarq(indexedDbStorage(database), true)
    case 'transactional':
      return openPlain(indexedDBStore(database))
    case 'platform-message':
      return messagePutter(await openPlainDatabase(database))
    case 'platform-64k':
      return blockPutter(await openPlainDatabase(database))
  }
}

const store_name = 'values'

function openPlainDatabase(name: string): Promise<PlainStore> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, 1)
    opening.onupgradeneeded = () => void opening.result.createObjectStore(store_name)
    opening.onsuccess = () => resolve(plainStore(opening.result))
    opening.onerror = () => reject(opening.error)
  })
}

function plainStore(database: IDBDatabase): PlainStore {
  return {
    put: (number, value) =>
      new Promise<void>((resolve, reject) => {
        const transaction = database.transaction(store_name, 'readwrite', { durability: 'strict' })
        transaction.objectStore(store_name).put(value, number)
        transaction.oncomplete = () => resolve()
        transaction.onabort = () => reject(transaction.error)
        transaction.commit()
      }),
    count: () =>
      new Promise((resolve, reject) => {
        const counting = database.transaction(store_name).objectStore(store_name).count()
        counting.onsuccess = () => resolve(counting.result)
        counting.onerror = () => reject(counting.error)
      }),
    close: async () => database.close(),
  }
}

/** Counts what this thread gives to IndexedDB from now on, whoever gives it. */
export function meterIndexedDb(): Meter {
  const meter: Meter = { bytes: 0 }
  const prototype = IDBObjectStore.prototype
  const { add, put } = prototype
  prototype.add = function (value: unknown, key?: IDBValidKey) {
    meter.bytes += sizeOf(value) + sizeOf(key)
    return add.call(this, value, key)
  }
  prototype.put = function (value: unknown, key?: IDBValidKey) {
    meter.bytes += sizeOf(value) + sizeOf(key)
    return put.call(this, value, key)
  }
  return meter
}

/** A number is 8 bytes as a key. */
function sizeOf(thing: unknown): number {
  if (thing instanceof Uint8Array) return thing.byteLength
  if (typeof thing === 'string') return thing.length
  if (typeof thing === 'number') return 8
  throw new TypeError(`the meter knows no ${typeof thing}`)
}
