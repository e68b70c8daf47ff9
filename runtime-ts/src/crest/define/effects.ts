/**
 * Effects: the outside world is one more address. Async code lives here and nowhere else.
 *
 * @module
 */

import type { AnswerOf, AnyAddress, AnyCall, MessagesOf, Out } from './address.ts'
import type { Retry } from './definition.ts'
import type { Frozen } from './schema.ts'
import type { Span } from './span.ts'

/** One attempt of an effect. */
export interface Run {
  /** The same for every attempt: hand it on, so that the other side can tell a repeat. */
  readonly key: string
  /** Aborts on time-out, and when this host is closed or fenced. */
  readonly signal: AbortSignal
  /** 1, 2, … since this host was opened. */
  readonly attempt: number
}

/** What happens in the outside world, for each message of an address. */
export type Effects<A extends AnyAddress> = {
  [K in keyof MessagesOf<A>]: MessagesOf<A>[K] extends AnyCall
    ? (body: Frozen<Out<MessagesOf<A>[K]>>, run: Run) => Promise<AnswerOf<MessagesOf<A>[K]>>
    : (body: Frozen<Out<MessagesOf<A>[K]>>, run: Run) => Promise<void>
}

export interface EffectOptions {
  retry?: Retry
  /** Of one attempt. Default 1 minute. */
  timeout?: Span
  /** Attempts at the same time, per DARQ. Default 16. */
  parallel_max?: number
  /** Nobody outside can see it (hashing, decoding): don't wait for committed. */
  pure?: true
}
