/**
 * A message that was set aside, as its owner gets to see it.
 *
 * @module
 */
import { type DarqError, fromFacts, type Plain } from '../../error.ts'
import { isFields, readErrorFacts } from './envelope.ts'

export interface DeadLetter {
  readonly id: string
  /** The message's name; '' when it could not be read. */
  readonly name: string
  readonly error: DarqError
  readonly attempts: number
  readonly bytes: Uint8Array
}

/** Reads what the built-in query `$deadLetters` gave. */
export function readDeadLetters(value: Plain): DeadLetter[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((letter: Plain) => {
    if (!Array.isArray(letter)) return []
    const [id, facts]: readonly Plain[] = letter
    if (typeof id !== 'string' || !isFields(facts)) return []
    const { name, error, attempts, bytes } = facts
    if (typeof name !== 'string' || typeof attempts !== 'number' || !(bytes instanceof Uint8Array)) return []
    return [{ id, name, error: fromFacts(readErrorFacts(error)), attempts, bytes }]
  })
}
