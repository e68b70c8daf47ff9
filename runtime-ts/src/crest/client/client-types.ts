// Callers that compile against an older library than ours know no `Symbol.asyncDispose`; the emitted types bring it along.
/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The one client interface: a host, a tab and `connect` all are it.
 *
 * @module
 */
import type { Accepted, Grade, Hardened } from '../../engine/types.ts'
import type { DarqError } from '../../error.ts'
import type { Message } from '../define/address.ts'
import type { Frozen } from '../define/schema.ts'
import type { Span } from '../define/span.ts'
import type { DeadLetter } from '../wire/dead-letter.ts'
import type { HostCounts } from '../wire/link.ts'

/**
 * Not a promise: say which grade you wait for. A promise that no caller asked for never rejects unhandled. They reject with
 * what refused the message for good; losing the host is not a rejection: the message is sent again until it is committed.
 */
export interface Receipt {
  /** In the host's memory. */
  readonly accepted: Promise<Accepted>
  /** In the host's storage. */
  readonly durable: Promise<Hardened>
  /** It can never be undone. */
  readonly committed: Promise<Hardened>
}

/** A value with its grade. What was not committed can be withdrawn; then the value that survived follows. */
export type View<T> =
  | { readonly grade: Grade; readonly value: Frozen<T> }
  | { readonly grade: 'withdrawn'; readonly error: DarqError }

/** Await it: the committed answer. Iterate it: the answer as it hardens, or is withdrawn. */
export interface Asked<T> extends Promise<Frozen<T>>, AsyncIterable<View<T>> {
  readonly receipt: Receipt
}

export interface AskOptions {
  /** Stops waiting and resending; it never undoes. */
  signal?: AbortSignal
  /** Rejects with `timeout` then. The message may still arrive: it is not undone. */
  timeout?: Span
  idempotencyKey?: string
  /**
   * The application numbers its messages itself, from 1 on and without gaps, per destination: with a producer id of its own
   * that outlives the page, sending the same number again is a duplicate, whatever has crashed in between.
   */
  sequence?: number
}

export interface Inspect {
  deadLetters(): Promise<readonly DeadLetter[]>
  /** Its message is handled anew. Resolves when that is committed to; no error when there is no such dead letter any more. */
  requeue(id: string): Promise<void>
  drop(id: string): Promise<void>
  /** How many messages wait to be handled. */
  pending(): Promise<number>
  /** The sequence with which this client's producer goes on at this participant. */
  expected(): Promise<number>
  /** What the host of this participant has counted since it was opened. */
  counts(): Promise<HostCounts>
  /**
   * For a workflow whose instances have a DARQ each; for others, and all else that can be done with an instance, see
   * `control` of `@darq/runtime/workflow`. Resolves when it is committed that the instance is to be cancelled.
   */
  cancelWorkflow(reason?: string): Promise<void>
}

export interface Client {
  /** Takes a message. Nothing is lost that it took while the client lives; see `Receipt` for what has become of it. */
  send(message: Message<'send'>, options?: AskOptions): Receipt
  call<A>(message: Message<'call', A>, options?: AskOptions): Asked<A>
  /** Reads; no step. With a grade it waits until the state that it has read has it. */
  query<A>(message: Message<'query', A>, options?: { signal?: AbortSignal; grade?: Grade }): Promise<Frozen<A>>
  /** The value now, and after every change, as it hardens or is withdrawn. A reader that is slow misses what is outdated. */
  watch<A>(message: Message<'query', A>, options?: { signal?: AbortSignal }): AsyncIterable<View<A>>
  /** @param name of a participant's DARQ: `'account/bob'` */
  inspect(name: string): Inspect
  /** What this client has seen; hand it to another client so that it can't read an older world. '' as long as K is 0: whatever a client sees of another host is committed. */
  readonly session: string
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
