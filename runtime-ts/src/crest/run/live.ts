/**
 * Participants with a live part: code that goes on in memory between steps, and is rebuilt from the state after a restart.
 * It sees messages as they arrive, and consumes them in steps of its own, when it has decided what they lead to. What it
 * keeps in memory is lost with its processor; a message that no step has consumed is delivered again.
 *
 * @module
 */
import type { Lsn } from '../../engine/types.ts'
import type { DarqError } from '../../error.ts'
import type { Definition } from '../define/definition.ts'
import type { Admitted } from './admission.ts'
import type { Ledger } from './ledger.ts'
import type { ProcessorContext } from './processor-context.ts'
import type { Turn } from './turn.ts'

/** A message that was delivered, and waits for the step that consumes it. */
export interface Arrival {
  readonly lsn: Lsn
  readonly fromSelf: boolean
  readonly admitted: Admitted
}

/** What a query gives that has no value yet: a watcher waits for one. */
export const nothingYet: unique symbol = Symbol('nothing yet')

/** What a live part does. All of it is synchronous; but for `query`, none of it may throw. */
export interface Live {
  /** The state is there, and everything that the host needs for steps. Messages come later. */
  restored(): void
  /** Must come to a step that consumes it, or to `refuse`. */
  arrived(arrival: Arrival): void
  /**
   * @param body as the query's schema has let it in
   * @param key which instance is asked, where they share a DARQ; otherwise the key of the name
   * @returns a plain value, or `nothingYet`
   * @throws {DarqError} why there will be none
   */
  query(name: string, key: string, body: unknown): unknown
  /** It goes on with what it was told, and makes a step of it soon. */
  readonly hasUnwrittenWork: boolean
  /** Something is to be done that is no message in the log: the host must not sleep for ever. */
  readonly hasPendingWork: boolean
  /** This processor is detached: its steps would be refused. */
  detached(reason: DarqError): void
}

/** What has become of a step. Rejects when it is lost; never an unhandled rejection. */
export interface Made {
  readonly committed: Promise<void>
}

/** What a live part is given. */
export interface LiveContext {
  /** The DARQ's. */
  readonly name: string
  /** The part of it behind the slash, in a family; otherwise ''. */
  readonly key: string
  readonly definition: Definition
  readonly ledger: Ledger
  readonly context: ProcessorContext
  /** The most that the log may have, in bytes. */
  readonly log_bytes_max: number
  /** The most that a message may have, and a value that is handed over, in bytes. */
  readonly message_bytes_max: number
  /** Resolves when what was restored is committed. */
  readonly committed: Promise<void>
  /**
   * One step. What it sets and sends happens when `body` has returned, all or nothing. Without arrivals it must replace state.
   *
   * @throws what `body` throws; {@link DarqError} `backpressure` (later perhaps), `closed` (no more), `too_large`. Nothing
   * happened then.
   */
  step(arrivals: readonly Arrival[], body: (turn: Turn) => void): Made
  /** Ends a message that can't be handled: its caller is told; a one-way message becomes a dead letter. */
  refuse(arrival: Arrival, error: DarqError): void
  /** Ends a message that is of no use any more. */
  drop(arrival: Arrival): void
  /** Runs in a task of its own, unless this processor is detached before. */
  after(wait_ms: number, run: () => void): void
  /** A failure that has no caller. */
  report(error: DarqError): void
}

/** Makes the live part of a participant. */
export type MakeLive = (context: LiveContext) => Live
