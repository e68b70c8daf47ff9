/**
 * Where stores live, for what is measured about one store over its life.
 *
 * @module
 */
import type { Storage } from '@darq/runtime/storage'

export interface Ground {
  /** The store of that name; the same one each time. */
  storage(name: string): Storage
  /** Bytes of the values that are in the store now. */
  stored_bytes(name: string): Promise<number>
  drop(name: string): Promise<void>
  readonly now_ms: () => number
  /** What this thread's heap and buffers take when all garbage is gone; `undefined`: unknown here. */
  readonly heap_bytes: (() => Promise<number>) | undefined
}
