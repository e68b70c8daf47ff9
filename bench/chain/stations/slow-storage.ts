/**
 * A storage that is far away: each commit is durable so much later.
 *
 * @module
 */
import type { Storage } from '@darq/runtime/storage'

/** @param flush_ms 0: as it is */
export function slowly(storage: Storage, flush_ms: number): Storage {
  if (flush_ms === 0) return storage
  return {
    durability: storage.durability,
    async open() {
      const opened = await storage.open()
      return {
        generation: opened.generation,
        last: opened.last,
        segments: () => opened.segments(),
        close: () => opened.close(),
        async claim(epoch, keep, facts, tail) {
          const claimed = await opened.claim(epoch, keep, facts, tail)
          return {
            async commit(commit) {
              await claimed.commit(commit)
              await new Promise<void>((resolve) => setTimeout(resolve, flush_ms))
            },
            close: () => claimed.close(),
          }
        },
      }
    },
  }
}
