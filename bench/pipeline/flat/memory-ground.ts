/**
 * Stores in this thread's memory.
 *
 * @module
 */
import { Medium, MemoryCells } from '../../../runtime-ts/src/storage/memory.ts'
import { storageOver } from '../../../runtime-ts/src/storage/store.ts'
import type { Ground } from './ground.ts'

/** @param heap_bytes see `Ground`; the stores are part of it */
export function memoryGround(heap_bytes: () => Promise<number>): Ground {
  const media = new Map<string, Medium>()
  return {
    storage(name) {
      const medium = media.get(name) ?? new Medium()
      media.set(name, medium)
      return storageOver({ durability: () => 'memory', connect: async () => new MemoryCells(medium) })
    },
    async stored_bytes(name) {
      let bytes = 0
      for (const value of media.get(name)?.values.values() ?? []) bytes += value.length
      return bytes
    },
    async drop(name) {
      media.delete(name)
    },
    now_ms: () => performance.now(),
    heap_bytes,
  }
}
