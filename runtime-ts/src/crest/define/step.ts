/**
 * What a handler is given: `Step`, and `Read` for queries.
 *
 * @module
 */
import type { DarqError } from '../../error.ts'
import type { AnswerOf, AnyCall, In, Message, MessageType } from './address.ts'
import { kind } from './address.ts'
import type { OutboundMaker } from './outbound-maker.ts'
import type { Frozen, Schema } from './schema.ts'
import type { Span } from './span.ts'
import type { ReadStateOf, StateOf, StateShapes } from './state.ts'

export type Answer<T> =
  | { readonly ok: true; readonly value: Frozen<T> }
  | { readonly ok: false; readonly error: DarqError }

/** A private message: the answer to a call, with a note that comes back with it. */
export interface AnswerShape<A, Note> {
  readonly [kind]: 'answer'
  /** Of the answer, and of the note that comes back with it. */
  readonly output: Schema
  readonly note: Schema | undefined
  /** The caller gets the answer, perhaps from a host that cannot be reached. */
  readonly outbound: OutboundMaker
  readonly [types]?: readonly [A, Note]
}
declare const types: unique symbol
export type OwnShape = Schema | AnswerShape<unknown, unknown>
export type OwnShapes = Readonly<Record<string, OwnShape>>

declare const target: unique symbol
export const reply: unique symbol = Symbol('reply')
/** Where an answer goes. */
export interface Then<A> {
  readonly [target]?: (answer: A) => void
  readonly [reply]: { readonly own: string; readonly note: unknown }
}
export type Own<O> = {
  readonly [K in keyof O]: O[K] extends AnswerShape<infer A, infer N>
    ? N extends void
      ? () => Then<A>
      : (note: N) => Then<A>
    : (body: In<O[K]>) => Message<'send'>
}

export const laterMark: unique symbol = Symbol('later')
export interface Later {
  readonly [laterMark]: true
}
export const heldMark: unique symbol = Symbol('held')
export interface Held {
  readonly [heldMark]: true
}

export interface SendOptions {
  /** Sent when this much time has passed, not now. */
  after?: Span
  /** Sent at this time, in milliseconds since 1970. */
  at?: number
  /**
   * Names a timer: sending again replaces it, `cancel` takes it back. A message to the participant itself is taken back
   * until it is delivered; one to another participant until it is sent.
   */
  timer?: string
}

/**
 * One atomic step. Synchronous: nothing may be awaited in it. What it does to state, and what it sends, happens when the
 * handler has returned, all or nothing; a throw undoes it.
 */
export interface Step<S = StateShapes, O = OwnShapes> {
  readonly state: StateOf<S>
  /** Makes the participant's private messages. */
  readonly own: Own<O>
  /** The part of the name behind the slash, in a family; otherwise ''. */
  readonly key: string
  readonly now_ms: number
  random(): number
  uuid(): string
  /** @throws {DarqError} `unknown_address` when no participant and no route has that name */
  send(message: Message<'send'>, options?: SendOptions): void
  /** The answer arrives at the `own` handler that `then` names, in a later step, once. */
  call<A>(message: Message<'call', A>, then: Then<A>, options?: { timeout?: Span }): void
  cancel(timer: string): void
  /**
   * Answers a call that an earlier step left with `later(key)`.
   *
   * @throws {DarqError} `conflict` when no call waits under this key
   */
  answer<C extends AnyCall>(type: MessageType<C>, key: string, value: AnswerOf<C>): void
  /** This step does not happen; the message stays pending until `release(key)` or a restart. Return what it gives. */
  hold(key: string): Held
  release(key: string): void
}
export interface CallStep<S, O> extends Step<S, O> {
  /** The answer comes in a later step: `answer(type, key, value)`. Return what it gives. */
  later(key: string): Later
}

/** What a query reads. */
export interface Read<S> {
  readonly state: ReadStateOf<S>
  readonly key: string
  readonly now_ms: number
}
