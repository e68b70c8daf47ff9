/**
 * A worker dies without a word, but the browser releases its locks. So a worker holds one for as long as it lives, and its
 * page queues for it.
 *
 * @module
 */
import type { Locks } from './leader-lock.ts'

export interface Life {
  /** Of the lock: nobody ever had it before. */
  readonly name: string
  /** Lets go of it alive: a page with locks is not kept in the back/forward cache. */
  release(): void
}

/** @returns resolves when the lock is held */
export function holdLife(locks: Locks, uniqueName: string): Promise<Life> {
  const name = `darq/life/${uniqueName}`
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  return new Promise((resolve, reject) => {
    const hold = () => {
      resolve({ name, release })
      return released
    }
    locks.request(name, hold).catch(reject)
  })
}

/** Calls `died` when the holder of that lock lets go of it, unless `signal` has aborted before. */
export function awaitDeath(locks: Locks, name: string, signal: AbortSignal, died: () => void): void {
  const end = () => {
    if (!signal.aborted) died()
  }
  // A request that fails says nothing about the worker: the heartbeat still does.
  locks.request(name, { signal }, end).catch(() => {})
}
