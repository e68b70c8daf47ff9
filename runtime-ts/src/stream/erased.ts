/**
 * The room where an application's functions lose their types: a graph holds many of them, each for its own values. The
 * builder's signatures have checked that what flows into one is what it takes.
 *
 * @module
 */
import { DarqError } from '../error.ts'

export type Change = (value: unknown) => unknown

/** @returns the function, for values whose type the graph no longer says */
export function erased(change: (value: never) => unknown): Change {
  return change as Change
}

/** {@link erased}, of two. */
export function erasedPair(change: (one: never, other: never) => unknown): (one: unknown, other: unknown) => unknown {
  return change as (one: unknown, other: unknown) => unknown
}

/** Nobody waits in a step: what an operator gives back must be there. @throws {DarqError} `step_async` */
export function refusePromise(value: unknown): void {
  if (typeof value !== 'object' || value === null || !('then' in value) || typeof value.then !== 'function') return
  Promise.resolve(value).catch(() => {}) // its rejection would come up unhandled, far from here
  throw new DarqError('step_async', { facts: { expected: 'an operator that returns no promise' } })
}
