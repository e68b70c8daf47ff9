/**
 * What can be wrong with an instance: errors that name it, the step, and what to do.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import { type Command, inWords } from './journal.ts'

/** Which instance, and at how many commands it is. */
export interface Spot {
  readonly instance: string
  readonly step: number
}

/** The function does something else than the journal says that it did. */
export function mismatch(spot: Spot, expected: Command | undefined, got: Command | undefined): DarqError {
  return new DarqError('nondeterministic', {
    facts: {
      ...spot,
      expected: inWords(expected),
      got: inWords(got),
      do: 'make the change with flow.changed(), or run the code that the instance was started with; then resume it',
    },
  })
}

/** The function waits for, or goes on after, something that is not the flow's. */
export function foreign(spot: Spot, reason: string): DarqError {
  return new DarqError('nondeterministic', {
    facts: {
      ...spot,
      reason,
      do: 'await only what the flow gives; put everything else into flow.effect(); then resume the instance',
    },
  })
}

/** The same error, of a step of an instance. */
export function at(instance: string, step: string, error: DarqError): DarqError {
  const { code, retryable, message, facts } = error
  return new DarqError(code, {
    cause: error,
    retryable,
    message: `${step} of ${instance}: ${message}`,
    facts: { instance, step, ...(facts !== undefined && { facts }) },
  })
}

/** Whether `error` is what was thrown, its cause, or one of those that it gathers. */
export function comesFrom(thrown: unknown, error: DarqError): boolean {
  // A set: causes may go in circles.
  const all = new Set([thrown])
  for (const one of all) {
    if (one === error) return true
    if (all.size > causes_max) return false
    for (const cause of causesOf(one)) all.add(cause)
  }
  return false
}

/** This many causes are looked through at most. */
const causes_max = 1_000

function causesOf(thrown: unknown): readonly unknown[] {
  try {
    if (thrown instanceof AggregateError) return [thrown.cause, ...thrown.errors.slice(0, causes_max)]
    return thrown instanceof Error ? [thrown.cause] : []
  } catch {
    return [] // a getter has thrown: the error of the flow has none
  }
}
