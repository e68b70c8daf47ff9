/**
 * The lock that picks the leader, over Web Locks.
 *
 * @module
 */
import type { DarqError } from '../error.ts'
import { noLocks } from './platform.ts'

/** The part of `navigator.locks` that is used. */
export type Locks = Pick<LockManager, 'request'>

export interface LeaderLock {
  /**
   * Queues for the lock, or takes it from its holder.
   *
   * @param granted called when this request has it
   * @param lost called at most once, when somebody took it by force, or the request failed; never after `release`. With an
   * error when the platform refuses locks, which waiting will not change.
   */
  request(request: number, force: boolean, granted: () => void, lost: (refused?: DarqError) => void): void
  /** Takes the request back, or gives the lock away if it has it. */
  release(request: number): void
}

/** @param name of the host; all tabs of an origin that host the same name compete for one lock */
export function leaderLock(locks: Locks, name: string): LeaderLock {
  const releases = new Map<number, () => void>()

  return {
    request(request, force, granted, lost) {
      const queued = new AbortController()
      let released = false
      let giveAway: (() => void) | undefined
      releases.set(request, () => {
        released = true
        queued.abort()
        giveAway?.()
      })
      const hold = () => {
        // It may be granted in the very moment in which it is taken back.
        if (released) return
        return new Promise<void>((resolve) => {
          giveAway = resolve
          granted()
        })
      }
      // A request by force is granted at once, and takes no signal.
      const options: LockOptions = force ? { steal: true } : { signal: queued.signal }
      const end = (refused?: DarqError) => {
        releases.delete(request)
        if (!released) lost(refused)
      }
      locks.request(`darq/${name}`, options, hold).then(
        () => end(),
        (error: unknown) => end(noLocks(error)),
      )
    },
    release(request) {
      releases.get(request)?.()
    },
  }
}
