/**
 * What a workflow's function is given.
 *
 * @module
 */
import type { AnyQuery, Message, MessagesOf } from '../crest/define/address.ts'
import type { Retry } from '../crest/define/definition.ts'
import type { Run } from '../crest/define/effects.ts'
import type { Frozen, InferInput, InferOutput, Schema } from '../crest/define/schema.ts'
import type { Span } from '../crest/define/span.ts'
import type { Step } from '../crest/define/step.ts'
import type { Plain } from '../error.ts'

/** The one-way messages of an address, and what each brings. */
export type Inputs<M> = {
  [K in keyof M as M[K] extends Schema ? K : never]: M[K] extends Schema ? Frozen<InferOutput<M[K]>> : never
}
/** One of several messages: `name` says which. */
export type Received<M, K extends keyof Inputs<M>> = {
  [N in K]: { readonly name: N; readonly value: Inputs<M>[N] }
}[K]
/** The queries of an address, and what each shows. */
export type Shown<M> = {
  [K in keyof M as M[K] extends AnyQuery ? K : never]: M[K] extends { readonly output: infer O extends Schema }
    ? InferInput<O>
    : never
}
/** What a workflow is started with, and what it comes to. */
export type Input<M> = M extends { start: { readonly input: infer I extends Schema } } ? Frozen<InferOutput<I>> : never
export type Restart<M> = M extends { start: { readonly input: infer I extends Schema } } ? InferInput<I> : never
export type Result<M> = M extends { start: { readonly output: infer O extends Schema } } ? InferInput<O> : never

export interface EffectOptions {
  /** A rejection is tried again so often; one with a `DarqError` that is not retryable (`refuse`) is not. */
  readonly retry?: Retry
  /** Of one attempt. Default 1 minute. */
  readonly timeout?: Span
  /** Nobody outside can see it (hashing, reading): it doesn't wait for committed, and may run for a state that is lost. */
  readonly pure?: true
}

/** What undoes a command that came to `T`. */
export interface Undoable<T> {
  /**
   * As `flow.undo`, given what the command came to. It is registered with the command, and waits for its outcome if the
   * function fails or is cancelled while it is under way: so nothing is left that was done and nobody knows of. A command that
   * was refused needs no undo.
   */
  readonly undo?: (value: T) => Promise<unknown>
}

export interface CallOptions<A> extends Undoable<Frozen<A>> {
  /** Then it rejects with `timeout`. What was asked for may still happen: `undo` waits for it. */
  readonly timeout?: Span
}

/** The flow of a workflow at that address: for functions that help one. */
export type FlowOf<A> = Flow<MessagesOf<A>>

/**
 * One instance, as its function sees it. The promises are the journal's: each is settled by an event that is written down
 * first, in the step that also writes down what the function does next. A function that is brought back after a restart gets
 * the same events in the same order. Therefore it must do the same again: it may await only what the flow has given it (and
 * `Promise.all`, `race`, `any` and async functions over that), and takes time, chance and ids from the flow.
 */
export interface Flow<M> {
  /** The instance's: the key that it was started with. */
  readonly id: string
  /** Aborts when the instance is cancelled or has ended. */
  readonly signal: AbortSignal
  /**
   * Asks another participant or workflow: a message, exactly once. Nothing waits for the disk: what comes back may still be
   * lost, and then this instance goes back with it.
   *
   * Rejects with what the other side refuses (`app:…`), `timeout`, `unknown_address`, `schema` for an answer that doesn't
   * fit, `cancelled`.
   */
  call<A>(message: Message<'call', A>, options?: CallOptions<A>): Promise<Frozen<A>>
  /** Resolves at once: the message leaves with the step that this is part of, or not at all. */
  send(message: Message<'send'>): Promise<void>
  /** Several sends, some of them for later, in one go. What it throws, this rejects with, and nothing is sent. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is of type void
  step(run: (step: Pick<Step, 'send'>) => void | undefined): Promise<void>
  /**
   * The outside world: runs when the state that asks for it is committed, at least once, each time with the same key. The
   * result is written down: it must be JSON data or bytes, and is not asked for again.
   *
   * Rejects with what `run` has rejected with at last, as a `DarqError` (`app:…` of `refuse`; others with code `dead_letter`
   * and their message), or `cancelled`.
   */
  effect<T extends Plain>(
    name: string,
    run: (run: Run) => Promise<T>,
    options?: EffectOptions & Undoable<T>,
  ): Promise<T>
  /** The next message of that name, in the order they came; those that came early wait. */
  receive<K extends keyof Inputs<M>>(name: K): Promise<Inputs<M>[K]>
  /** … or `undefined` when none has come in time. */
  receive<K extends keyof Inputs<M>>(name: K, options: { timeout: Span }): Promise<Inputs<M>[K] | undefined>
  /** The first message of any of these names, and which it is. */
  receive<K extends keyof Inputs<M>>(names: readonly K[]): Promise<Received<M, K>>
  /** … or `undefined` when none has come in time. */
  receive<K extends keyof Inputs<M>>(
    names: readonly K[],
    options: { timeout: Span },
  ): Promise<Received<M, K> | undefined>
  sleep(span: Span): Promise<void>
  /** What a query of the address gives from now on. */
  show<K extends keyof Shown<M>>(name: K, value: Shown<M>[K]): void
  /**
   * Runs if the function throws or is cancelled, the last one first, each when the one before is done. For what a command has
   * done, the command's own `undo` is better: it knows what it came to even if the function does not. It may do all that the
   * function may. One that throws doesn't keep the others from running; the instance's error names it (`undo_failed`).
   */
  undo(name: string, run: () => Promise<unknown>): void
  /**
   * Changes code that instances are in the midst of: `true` for those that come here for the first time, `false` for those
   * that were beyond this place before the change. Both ways must stay until no such instance runs.
   */
  changed(change: string): Promise<boolean>
  /** Ends this run and begins anew with another input, and an empty journal. Messages that nobody has received go along. */
  continueAsNew(input: Restart<M>): never
  /** Milliseconds since 1970, of the event that this is about. */
  now(): number
  /** Uniform in [0, 1). */
  random(): number
  /** Version 4. */
  uuid(): string
}
