/**
 * One IndexedDB object store, in strict transactions.
 *
 * @module
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { DarqError } from '../error.ts'
import type { OpenStore, Rows, Store } from './store.ts'

const store_name = 'rows'
interface Schema extends DBSchema {
  [store_name]: { key: string; value: Uint8Array }
}

/** @param name of the database */
export function indexedDBStore(name: string): Store {
  return {
    durability: 'strict',
    open: async () => {
      try {
        return opened(
          await openDB<Schema>(name, 1, {
            upgrade: (database) => void database.createObjectStore(store_name),
            blocking: (_current, _blocked, { target }) => target instanceof IDBDatabase && target.close(),
          }),
        )
      } catch (error) {
        throw failure(error)
      }
    },
  }
}

function opened(database: IDBPDatabase<Schema>): OpenStore {
  return {
    async transaction(run) {
      try {
        const transaction = database.transaction(store_name, 'readwrite', { durability: 'strict' })
        const { store } = transaction
        // Said once, by `done`: a write that fails aborts the transaction.
        const passOver = (): void => {}
        const rows: Rows = {
          get: (key) => store.get(key),
          async list(prefix) {
            const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`)
            const [keys, values] = await Promise.all([store.getAllKeys(range), store.getAll(range)])
            return values.map((value, index) => [keys[index] ?? '', value] as const)
          },
          put: (key, value) => void store.put(value, key).catch(passOver),
          delete: (key) => void store.delete(key).catch(passOver),
        }
        const result = await run(rows).catch((error: unknown) => {
          transaction.done.catch(passOver)
          transaction.abort()
          throw error
        })
        await transaction.done
        return result
      } catch (error) {
        throw failure(error)
      }
    },
    close: async () => database.close(),
  }
}

function failure(error: unknown): unknown {
  if (!(error instanceof DOMException)) return error
  const code = error.name === 'QuotaExceededError' ? 'quota' : 'storage'
  return new DarqError(code, { cause: error, facts: { what: 'IndexedDB', got: `${error.name}: ${error.message}` } })
}
