/**
 * How a client reaches a host: a `Link`. A host is one itself; a worker's page, another tab and the network each carry one.
 * So there is one client (`client.ts`) over any of them. Everything that crosses a link is plain data.
 *
 * @module
 */
import type { EngineCounts, Epoch, Grade } from '../../engine/types.ts'
import type { ErrorFacts } from '../../error.ts'
import type { Durability } from '../../storage/contract.ts'

export interface EnqueueRequest {
  /** The DARQ's name. */
  readonly to: string
  /** The producer's id; '' for unsequenced messages, which are never duplicates (in-process only: they can't be sent again). */
  readonly producer: string
  /** Sequence of the first message; 0 without a producer. */
  readonly first: number
  /** As `encodeMessages` (engine) lays them out. Given away: a link may transfer the buffer behind them. */
  readonly messages: Uint8Array
  /** What the sender has seen (`Session`); without one it says nothing, and is told nothing. */
  readonly session?: string
}

/** News about one `enqueue`. Each grade is reported once, in the order accepted, durable, committed. */
export type Graded =
  | {
      readonly grade: 'accepted'
      /** LSN of each message that was new, in order. */
      readonly lsns: readonly number[]
      /** How many of the batch, from its start, were there already. */
      readonly duplicates: number
      readonly expected: number
      /** What of the request's session may still be lost, and what is seen with this. Only for a request that has one. */
      readonly session?: string
    }
  | { readonly grade: 'durable' | 'committed'; readonly durability: Durability }

export interface QueryRequest {
  readonly to: string
  readonly name: string
  /** The encoded body; empty for a query without one. */
  readonly body: Uint8Array
  /** As in {@link EnqueueRequest}. For `query` only. */
  readonly session?: string
}

/** A view as it crosses a link: the value is encoded. */
export type ViewFacts =
  | { readonly grade: Grade; readonly value: Uint8Array; readonly session?: string }
  | { readonly grade: 'withdrawn'; readonly error: ErrorFacts }

/** What a host has counted in its present epoch. A newer epoch counts from 0 again. */
export interface HostCounts extends Omit<EngineCounts, 'questions_asked' | 'dependencies_sent'> {
  readonly epoch: Epoch
}

export interface Link {
  /**
   * Sends a batch. Resolves when it is committed and was reported so.
   *
   * @throws {DarqError} not retryable: refused for good (`unknown_address`, `schema`, `gap` with facts expected and got, …).
   * Retryable: the host or the way to it was lost, the outcome is unknown; send it again over a new link.
   */
  enqueue(request: EnqueueRequest, report: (graded: Graded) => void): Promise<void>
  /** Reads state, without a step. `committed` waits until the state that was read is committed. */
  query(request: QueryRequest, grade: Grade): Promise<ViewFacts>
  /** Reports the value now and after every change, as it hardens or is withdrawn. Resolves when `signal` aborts. */
  watch(request: QueryRequest, see: (view: ViewFacts) => void, signal: AbortSignal): Promise<void>
  /** The sequence that is expected next from this producer: where it goes on after a crash of its own. */
  expected(to: string, producer: string): Promise<number>
  /** How many in-messages wait at this DARQ. */
  pending(to: string): Promise<number>
  /** What the host of this DARQ has counted since it was opened. Offered to clients as `inspect(name).counts()`. */
  counts(to: string): Promise<HostCounts>
}
