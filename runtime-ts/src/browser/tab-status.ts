/**
 * What a tab knows about itself, and how it changes.
 *
 * @module
 */
import type { CoreInUse } from '../engine/types.ts'
import type { DarqError } from '../error.ts'
import type { Durability } from '../storage/contract.ts'

export interface TabStatus {
  /** Whether this tab's worker has the host, or another tab's. */
  readonly role: 'leader' | 'follower'
  /**
   * What the host's storage offers when it says "durable". Whether the browser may clear that storage later is another
   * matter: see `persisted`.
   */
  readonly durability: Durability
  /**
   * Which core the host runs on: Wasm, or, where that can't be loaded, the same in TypeScript. `undefined` until a host has
   * said so.
   */
  readonly core: CoreInUse['core'] | undefined
  /** Why that is not Wasm: `wasm_unavailable`, with what to allow. `undefined`: it is, or was not asked for. */
  readonly wasm_error: DarqError | undefined
  /**
   * Why there is no host at the moment, or no worker: one that is `retryable` is tried again (`quota`, `storage`,
   * `unavailable`), others are final; `version_gone`: ask the person to reload. `undefined` while there is a host.
   */
  readonly reason: DarqError | undefined
  /** The newest failure in this tab's worker that nobody waited for: a handler that threw, a commit, a peer. It stays. */
  readonly last_error: DarqError | undefined
  /**
   * How many messages this tab's host has for others (the edge) that those have not committed yet, by the DARQ that they go
   * to; as of a second or two ago. `{}` while another tab leads, whose status has it.
   */
  readonly backlog: Readonly<Record<string, number>>
  /** Why the host is in memory and this tab's alone, as `fallback: 'memory'` has asked for. */
  readonly fallback: DarqError | undefined
  /** What the browser says of the network. */
  readonly online: boolean
  /** The browser has promised not to clear this origin's storage on its own. */
  readonly persisted: boolean
  /** Bytes that this origin uses and may use, as the browser estimates, looked at when this page has written; `undefined` where it doesn't. */
  readonly usage_bytes: number | undefined
  readonly quota_bytes: number | undefined
}

export interface StatusBoard {
  readonly status: TabStatus
  change(part: Partial<TabStatus>): void
  /** The status now, then after changes: the newest, if there were several since. Ends with `signal` and with the board. */
  watch(options?: { signal?: AbortSignal }): AsyncIterable<TabStatus>
  close(): void
}

export function openStatusBoard(first: TabStatus): StatusBoard {
  let status = first
  let closed = false
  let changed = Promise.withResolvers<void>()

  function wakeWatchers(): void {
    changed.resolve()
    changed = Promise.withResolvers<void>()
  }

  async function* watch({ signal }: { signal?: AbortSignal } = {}): AsyncGenerator<TabStatus> {
    signal?.addEventListener('abort', wakeWatchers, { once: true })
    try {
      let shown: TabStatus | undefined
      while (!closed && !signal?.aborted) {
        const { promise } = changed
        if (shown === status) await promise
        else {
          shown = status
          yield status
        }
      }
    } finally {
      signal?.removeEventListener('abort', wakeWatchers)
    }
  }

  return {
    get status() {
      return status
    },
    change(part) {
      const next = { ...status, ...part }
      if (isSame(next, status)) return
      status = next
      wakeWatchers()
    },
    watch,
    close() {
      closed = true
      wakeWatchers()
    },
  }
}

const names = [
  'role',
  'durability',
  'core',
  'wasm_error',
  'reason',
  'last_error',
  'fallback',
  'backlog',
  'online',
  'persisted',
  'usage_bytes',
  'quota_bytes',
] as const

function isSame(one: TabStatus, other: TabStatus): boolean {
  return names.every((name) => textOf(one[name]) === textOf(other[name]))
}

/** Errors and counts that say the same are one, however often they were told. */
function textOf(value: TabStatus[keyof TabStatus]): unknown {
  if (value instanceof Error) return value.message
  return typeof value === 'object' ? JSON.stringify(value) : value
}
