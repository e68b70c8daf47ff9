/**
 * Effects: the outside world is one more address. Async code lives here and nowhere else.
 *
 * @module
 */
import {
  type AnswerOf,
  type AnyAddress,
  type AnyCall,
  type MessagesOf,
  type Out,
  refuseShared,
  shapes,
} from './address.ts'
import type { Participant, Retry } from './definition.ts'
import { defineEffects } from './definition.ts'
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

/**
 * Async code for the outside world. It runs when the step that asked is committed; at least once, with a stable key. What
 * it returns goes back to a caller as an answer, once. A rejection is retried, unless it is a `DarqError` that is not
 * retryable (`refuse`); after `attempts_max` it is a dead letter.
 *
 * @example
 * ```ts
 * const Mail = address('mail', { send: v.object({ to: v.string() }) })
 * const mail = effects(Mail, {
 *   async send({ to }, run) {
 *     const headers = { 'Idempotency-Key': run.key }
 *     const sent = await fetch('https://mail.example/send', { method: 'POST', headers, body: to, signal: run.signal })
 *     if (!sent.ok) throw new Error(`the mail server answered ${sent.status}`) // it is tried again
 *   },
 * })
 * ```
 */
export function effects<A extends AnyAddress>(
  address: A,
  run: {
    [K in keyof MessagesOf<A>]: MessagesOf<A>[K] extends AnyCall
      ? (body: Frozen<Out<MessagesOf<A>[K]>>, run: Run) => Promise<AnswerOf<MessagesOf<A>[K]>>
      : (body: Frozen<Out<MessagesOf<A>[K]>>, run: Run) => Promise<void>
  },
  options: {
    retry?: Retry
    /** Of one attempt. Default 1 minute. */
    timeout?: Span
    /** Attempts at the same time, per DARQ. Default 16. */
    parallel_max?: number
    /** Nobody outside can see it (hashing, decoding): don't wait for committed. */
    pure?: true
  } = {},
): Participant {
  refuseShared(address)
  return defineEffects(address[shapes], run, options)
}
