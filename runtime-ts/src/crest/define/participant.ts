/**
 * Participants: state, and a handler for each message. What an application is made of.
 *
 * @module
 */
import { DarqError, type Plain } from '../../error.ts'
import {
  type AnswerOf,
  type AnyAddress,
  type AnyCall,
  type AnyQuery,
  type MessagesOf,
  type Out,
  refuseShared,
  shapes,
} from './address.ts'
import type { Participant, Retry } from './definition.ts'
import { defineParticipant } from './definition.ts'
import type { Frozen } from './schema.ts'
import type { Span } from './span.ts'
import type { StateShapes } from './state.ts'
import type { Answer, AnswerShape, CallStep, Held, Later, OwnShape, OwnShapes, Read, Step } from './step.ts'

/**
 * Thrown in a step: the step does not happen and the message is not retried. A caller gets `app:<reason>`; a one-way
 * message goes to the dead letters.
 *
 * @example
 * ```ts
 * const Purse = address('purse', { spend: v.number() })
 * const purse = participant(Purse, {
 *   state: { cents: 0 },
 *   on: {
 *     spend(step, cents) {
 *       if (cents > step.state.cents) refuse('too little', { left: step.state.cents })
 *       step.state.cents -= cents
 *     },
 *   },
 * })
 * ```
 */
export function refuse(reason: string, facts?: Plain): never {
  throw new DarqError(`app:${reason}`, facts === undefined ? {} : { facts })
}

// biome-ignore lint/suspicious/noConfusingVoidType: a handler that returns nothing is of type void
type Nothing = void | undefined
type Handler<S, O, M> =
  M extends AnswerShape<infer A, infer N>
    ? (step: Step<S, O>, answer: Answer<A>, note: Frozen<N>) => Nothing | Held
    : M extends AnyQuery
      ? (read: Read<S>, body: Frozen<Out<M>>) => AnswerOf<M>
      : M extends AnyCall
        ? (step: CallStep<S, O>, body: Frozen<Out<M>>) => AnswerOf<M> | Later | Held
        : ((step: Step<S, O>, body: Frozen<Out<M>>) => Nothing | Held) | Batch<S, O, Out<M>>

/**
 * Consumes up to `batch` messages in one step: when this many are there, or the oldest has waited for `wait` (without one:
 * whatever arrived together). `by` collects per key, out of order. After a throw its messages are retried one by one, so
 * that only the one that is to blame fails.
 */
export interface Batch<S, O, B> {
  readonly batch: number
  readonly wait?: Span
  by?(body: Frozen<B>): string
  run(step: Step<S, O>, bodies: readonly Frozen<B>[]): Nothing
}

/** @returns those that have an address of their own, each once */
export function everyPart(participants: readonly Participant[]): readonly Participant[] {
  return [...new Set(participants.flatMap((one) => (one.parts === undefined ? [one] : everyPart(one.parts))))]
}

/**
 * Says what happens at an address. Handlers are synchronous; all their state is in `step.state`.
 *
 * @throws {DarqError} `invalid_argument` when names collide or can't be used
 * @example
 * const counter = participant(Counter, {
 *   state: { total: 0 },
 *   on: {
 *     add(step, n) {
 *       step.state.total += n
 *     },
 *     total: (read) => read.state.total,
 *   },
 * })
 */
export function participant<
  A extends AnyAddress,
  const S extends StateShapes = Record<never, never>,
  const O extends Readonly<Record<string, OwnShape>> = Record<never, never>,
>(
  address: A,
  definition: {
    state?: S
    /** Messages that only this participant can send: timers and answers. */
    own?: O
    on: {
      [K in keyof MessagesOf<A> | keyof NoInfer<O>]: Handler<
        S,
        O,
        K extends keyof MessagesOf<A> ? MessagesOf<A>[K] : K extends keyof O ? O[K] : never
      >
    }
    retry?: Retry
  },
): Participant {
  const own: OwnShapes = definition.own ?? {}
  refuseShared(address)
  return defineParticipant(address[shapes], {
    state: definition.state ?? {},
    own,
    on: definition.on,
    retry: definition.retry,
  })
}
