/**
 * An IndexedDB database as a place for the conformance suite.
 *
 * @module
 */
import { deleteDB, openDB } from 'idb'
import type { Storage } from '../../runtime-ts/src/storage/contract.ts'
import type { Place } from './place.ts'

const STORE = 'values'

export function databasePlace(name: string, storage: () => Storage): Place {
  /** Past the adapter, over a connection of its own that is closed again. */
  const reach = async <T>(work: (database: Awaited<ReturnType<typeof openDB>>) => Promise<T>): Promise<T> => {
    const database = await openDB(name)
    try {
      return await work(database)
    } finally {
      database.close()
    }
  }
  return {
    storage,
    numbers: () => reach(async (database) => (await database.getAllKeys(STORE)).map(Number)),
    peek: (number) =>
      reach(async (database) => {
        const value: unknown = await database.get(STORE, number)
        return value instanceof Uint8Array ? value.slice() : undefined
      }),
    poke: (number, value) =>
      reach(async (database) => {
        if (value === undefined) await database.delete(STORE, number)
        else await database.put(STORE, value, number)
      }),
    wipe: () => deleteDB(name),
  }
}
