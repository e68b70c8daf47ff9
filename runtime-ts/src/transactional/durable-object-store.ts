/**
 * The storage of a Durable Object, by its plain calls. Writes made in one tick are one transaction, and the output gate holds
 * back whatever leaves the object until they are on the disk: so nobody outside ever sees what could be lost, although a
 * transaction resolves here before that.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import type { Rows, Store } from './store.ts'

/** What is needed of a `DurableObjectStorage`. */
export interface PlainObjectStorage {
  get(key: string): Promise<unknown>
  list(options: { prefix: string }): Promise<Map<string, unknown>>
  put(entries: Record<string, Uint8Array>): Promise<void>
  delete(keys: string[]): Promise<number>
}

/** The platform takes this many keys in one call. */
const keys_per_call_max = 128

/** An object has one instance at a time, so nothing can come between the reads of a transaction and its writes. */
export function durableObjectStore(storage: PlainObjectStorage): Store {
  return {
    durability: 'strict',
    open: async () => ({
      async transaction(run) {
        const puts: [string, Uint8Array][] = []
        const deletes: string[] = []
        const rows: Rows = {
          get: async (key) => bytesOf(await storage.get(key)),
          async list(prefix) {
            const found = await storage.list({ prefix })
            return [...found].map(([key, value]) => [key, bytesOf(value) ?? new Uint8Array()] as const)
          },
          put: (key, value) => void puts.push([key, value]),
          delete: (key) => void deletes.push(key),
        }
        const result = await run(rows)
        await Promise.all([
          ...chunks(puts).map((entries) => storage.put(Object.fromEntries(entries))),
          ...chunks(deletes).map((keys) => storage.delete([...keys])),
        ])
        return result
      },
      close: async () => {},
    }),
  }
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (value === undefined || value instanceof Uint8Array) return value
  throw new DarqError('corrupt', { facts: { expected: 'bytes', got: typeof value } })
}

function chunks<T>(items: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / keys_per_call_max) }, (_, index) =>
    items.slice(index * keys_per_call_max, (index + 1) * keys_per_call_max),
  )
}
