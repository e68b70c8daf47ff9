/**
 * How much this origin stores, and whether the browser keeps it: asked for when something is to be kept, not before.
 *
 * @module
 */
import type { Clock } from '../engine/types.ts'

export interface StorageFacts {
  readonly persisted: boolean
  readonly usage_bytes: number | undefined
  readonly quota_bytes: number | undefined
}

export interface OriginStorage {
  /** Something is being written: asks, the first time, for storage that stays, and looks again at what is used. */
  wrote(): void
  close(): void
}

/** What is used is looked at so long after a write, and not more often. */
const look_after_ms = 2_000

/** @param persist whether to ask the browser to keep the storage: some ask the person */
export function watchStorage(
  clock: Clock,
  persist: boolean,
  show: (facts: Partial<StorageFacts>) => void,
): OriginStorage {
  // A context that isn't secure has none.
  const manager: StorageManager | undefined = navigator.storage
  let asked = false
  let isDue = false
  let stopWaiting = () => {}

  /** An origin without storage of its own refuses: nothing is known of it. WebKitGTK can't estimate. */
  async function look(): Promise<void> {
    const persisted = await manager?.persisted?.().catch(() => undefined)
    if (persisted !== undefined) show({ persisted })
    const estimate = await manager?.estimate?.().catch(() => undefined)
    if (estimate !== undefined) show({ usage_bytes: estimate.usage, quota_bytes: estimate.quota })
  }

  async function ask(): Promise<void> {
    const persisted = await manager?.persist?.().catch(() => undefined)
    if (persisted !== undefined) show({ persisted })
  }

  void look()
  return {
    wrote() {
      if (persist && !asked) void ask()
      asked = true
      if (isDue) return
      isDue = true
      stopWaiting = clock.wake(clock.now_ms() + look_after_ms, () => {
        isDue = false
        void look()
      })
    },
    close: () => stopWaiting(),
  }
}
