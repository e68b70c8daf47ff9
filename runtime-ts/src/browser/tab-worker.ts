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
  /** Why there is no host and none to wait for. */
  readonly refused: ErrorFacts | undefined
}

export interface TabWorker {
  /**
   * Offers the host at the other end of `port`, and tells `show` the status, now and after every change.
   *
   * @returns the name of a lock that the worker holds until it dies or is put to sleep
   */
  connect(port: MessagePort, show: (status: HostingStatus) => void): Promise<string>
  /** The page is about to be frozen: gives leadership away. */
  sleep(): void
  /** The page goes on. @returns as `connect`: another lock */
  wake(): Promise<string>
  /** The network has come back. */
  retry(): void
  /** Closes the host if it is here. Resolves when that is done. */
  end(): Promise<void>
}
