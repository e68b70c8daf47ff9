/**
 * Messages that were set aside: their bytes are kept as cells, to be looked at, queued again or dropped.
 *
 * @module
 */
import { type Plain, toFacts } from '../../error.ts'
import type { DeadLetter } from '../wire/dead-letter.ts'
import type { Ledger } from './ledger.ts'

export const dead_letter_cell = '$dead'
/** Past it a message that fails stays pending, and is retried at the longest pause. */
export const dead_letters_max = 1_000

/** Sets a message aside, within a step. `id` is its LSN: unique at its DARQ. */
export function bury(ledger: Ledger, { id, name, error, attempts, bytes }: DeadLetter): void {
  ledger.set(dead_letter_cell, id, { name, error: toFacts(error), attempts, bytes })
}

/** The built-in query `$deadLetters`. */
export function listDeadLetters(ledger: Ledger): Plain {
  const letters: Plain[] = []
  for (const [id, { present, value }] of ledger.table(dead_letter_cell)) {
    // What a cell holds has been through the codec, or is about to go.
    if (present) letters.push([id, value as Plain])
  }
  return letters
}

/** @returns the bytes of a dead letter; `undefined` when there is none of this id */
export function deadLetterBytes(ledger: Ledger, id: string): Uint8Array | undefined {
  const value = ledger.get(dead_letter_cell, id)
  if (typeof value !== 'object' || value === null || !('bytes' in value)) return undefined
  return value.bytes instanceof Uint8Array ? value.bytes : undefined
}
