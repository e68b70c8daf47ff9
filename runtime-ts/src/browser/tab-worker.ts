/**
 * What a page asks of its worker, behind Comlink. Calls of the host itself do not go this way: they have a port of their own
 * (`link-port.ts`), where a grade costs no message channel and an error keeps its code.
 *
 * Whoever calls must not wait for ever: a call to a worker that has died is never answered.
 *
 * @module
 */
import type { CoreInUse } from '../engine/types.ts'
import type { ErrorFacts } from '../error.ts'
import type { Durability } from '../storage/contract.ts'

/** What is known of the host, wherever it is. */
export interface HostFacts {
  /** What the storage behind it offers. */
  readonly durability: Durability
  /** Which core it runs on; `undefined` when an older version of this code leads, which doesn't say. */
  readonly core: CoreInUse['core'] | undefined
  /** Why that is not Wasm, where it tried. */
  readonly wasm_error: ErrorFacts | undefined
}

/** What the page is told of hosting, whenever it changes. */
export interface HostingStatus {
  readonly role: 'leader' | 'follower'
  /** `undefined` while there is no host to ask. */
  readonly host: HostFacts | undefined
  /** Why there is no host: one that is not retryable is final. */
  readonly reason: ErrorFacts | undefined
}

/** The same, and what the worker adds to it. */
export interface WorkerStatus extends HostingStatus {
  /** The newest failure that nobody waited for, here. */
  readonly last_error: ErrorFacts | undefined
  /** If the host is here: how many messages wait for other hosts, by the DARQ that they go to. */
  readonly backlog: Readonly<Record<string, number>>
  /** Why the host is in memory alone: the page has asked for that. */
  readonly fallback: ErrorFacts | undefined
}

export interface TabWorker {
  /**
   * Offers the host at the other end of `port`, and tells `show` the status, now and after every change.
   *
   * @returns the name of a lock that the worker holds until it dies or is put to sleep; `undefined` where there are no locks
   */
  connect(port: MessagePort, show: (status: WorkerStatus) => void): Promise<string | undefined>
  /** Goes on with a host of its own in memory, because of `reason`. Once: there is no way back. */
  fallBack(reason: ErrorFacts): void
  /** The page is about to be frozen: gives leadership away. */
  sleep(): void
  /** The page goes on. @returns as `connect`: another lock */
  wake(): Promise<string | undefined>
  /** The network has come back. */
  retry(): void
  /** Closes the host if it is here. Resolves when that is done. */
  end(): Promise<void>
}
