/**
 * Stores in IndexedDB, for a browser's worker.
 *
 * @module
 */
import { indexedDB as indexedDbStorage } from '@darq/runtime/storage'
import { STORE } from '../../../runtime-ts/src/storage/indexed-db-connection.ts'
import type { Ground } from './ground.ts'

const prefix = 'ground/'

export const indexedDbGround: Ground = {
  storage: (name) => indexedDbStorage(`${prefix}${name}`),
  async stored_bytes(name) {
    const database = await done(indexedDB.open(`${prefix}${name}`))
    try {
      const values = await done(database.transaction(STORE).objectStore(STORE).getAll())
      return values.reduce((sum: number, value: unknown) => sum + (value instanceof Uint8Array ? value.length : 0), 0)
    } finally {
      database.close()
    }
  },
  async drop(name) {
    await done(indexedDB.deleteDatabase(`${prefix}${name}`))
  },
  now_ms: () => performance.now(),
  heap_bytes: undefined,
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
