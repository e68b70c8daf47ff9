/**
 * What a participant needs of its host.
 *
 * @module
 */
import type { Clock } from '../engine/types.ts'
import type { DarqError } from '../error.ts'
import type { Writes } from './row.ts'
import type { Rows } from './store.ts'

export interface Sent {
  readonly to: string
  readonly bytes: Uint8Array
}

export interface ParticipantContext {
  readonly clock: Clock
  readonly random: () => number
  readonly isOpen: boolean
  knows(darq: string): boolean
  /** An effect's key: the same for a message for ever. */
  effectKey(darq: string, id: string): string
  report(error: DarqError, where: string): void
  /** Calls `run` then, if the host is still open. @returns takes it back */
  after(wait_ms: number, run: () => void): () => void
  /**
   * One transaction, after all that were asked for before. `committed` is called before the next begins.
   *
   * @throws {DarqError} what `run` throws: nothing happened; `unavailable` when the host has stopped
   */
  transaction<T>(run: (rows: Rows) => Promise<T>, committed?: (result: T) => void): Promise<T>
  /** Adds what is sent to a transaction's writes. @returns what to do when it is committed */
  post(from: string, sent: readonly Sent[], writes: Writes): () => void
}
