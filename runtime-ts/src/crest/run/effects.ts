/**
 * A participant whose handlers are effects, together with what runs them.
 *
 * @module
 */
import { countOf } from '../../options.ts'
import { type AnyAddress, refuseShared, type Shapes, shapes } from '../define/address.ts'
import {
  Definition,
  defineParticipant,
  type EffectDefinition,
  type MessageDefinition,
  type Participant,
  type Retry,
} from '../define/definition.ts'
import type { EffectOptions, Effects } from '../define/effects.ts'
import { milliseconds } from '../define/span.ts'
import { EffectProcessor } from './effect-processor.ts'
import type { MakeProcessor } from './ledger-processor.ts'

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
export function effects<A extends AnyAddress>(address: A, run: Effects<A>, options: EffectOptions = {}): Participant {
  refuseShared(address)
  return defineEffects(address[shapes], run, options)
}

export function defineEffects(
  [name, messages]: readonly [string, Shapes],
  run: object,
  { timeout = '1 minute', parallel_max = 16, pure, retry }: EffectOptions,
): Definition {
  const taken = defineParticipant([name, messages], { state: {}, own: {}, on: run, retry: undefined }).messages
  const effect = {
    timeout_ms: milliseconds(timeout),
    parallel_max: countOf('parallel_max', parallel_max),
    pure: pure ?? false,
  }
  return effectsDefinition(name, taken, effect, retry)
}

export function effectsDefinition(
  name: string,
  messages: ReadonlyMap<string, MessageDefinition>,
  effect: EffectDefinition,
  retry: Retry | undefined,
): Definition {
  const processor: MakeProcessor = (darq, definition, context) => new EffectProcessor(darq, definition, effect, context)
  return new Definition(name, messages, [], retry, { effect, processor })
}
