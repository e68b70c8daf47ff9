/**
 * The private message that a participant which calls others gets its answers by.
 *
 * @module
 */
import { invalid } from '../../options.ts'
import { type AnswerOf, type AnyCall, isCall, kind, type MessageType, shapes } from '../define/address.ts'
import type { InferOutput, Schema } from '../define/schema.ts'
import type { AnswerShape } from '../define/step.ts'
import { outboundCalls } from './outbound-calls.ts'

type MakerShape<F> = F extends { readonly [shapes]: infer S } ? S : never

/**
 * A private message: the answer to a call, with a note that comes back with it.
 *
 * @example
 * ```ts
 * const Till = address('till', { pay: v.object({ from: v.string(), cents: v.number() }) })
 * const till = participant(Till, {
 *   state: { cents: 0 },
 *   own: { paid: answer(Account.withdraw, v.object({ cents: v.number() })) },
 *   on: {
 *     pay(step, { from, cents }) {
 *       step.call(Account.withdraw(from, { cents }), step.own.paid({ cents }))
 *     },
 *     paid(step, outcome, note) {
 *       if (outcome.ok) step.state.cents += note.cents
 *     },
 *   },
 * })
 * ```
 */
export function answer<F extends MessageType<AnyCall>>(to: F): AnswerShape<AnswerOf<MakerShape<F>>, void>
export function answer<F extends MessageType<AnyCall>, N extends Schema>(
  to: F,
  note: N,
): AnswerShape<AnswerOf<MakerShape<F>>, InferOutput<N>>
export function answer(to: MessageType<AnyCall>, note?: Schema): AnswerShape<unknown, unknown> {
  if (!isCall(to[shapes])) throw invalid('a call', to.name)
  return { [kind]: 'answer', output: to[shapes].output, note, outbound: outboundCalls }
}
