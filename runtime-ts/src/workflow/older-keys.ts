/**
 * Stores written before line breaks of an instance's key were doubled: what belongs to such an instance is found under the
 * name of then, and moved to that of now.
 *
 * @module
 */
import type { Ledger } from '../crest/run/ledger.ts'
import { effect_cell, header_cell, show_cell, within } from './journal.ts'

interface Move {
  readonly cell: string
  readonly from: string
  readonly to: string
}

/** What is to be moved; mostly nothing. A timer keeps its old name: it stands in the log with it, and fires once more at most. */
export function olderKeys(ledger: Ledger): readonly Move[] {
  const moves: Move[] = []
  for (const key of ledger.table(header_cell).keys()) {
    if (!key.includes('\n')) continue
    const prefix = `${key}\n`
    for (const cell of [effect_cell, show_cell])
      for (const [from, { present }] of ledger.table(cell)) {
        const part = from.slice(prefix.length)
        // Parts have no line break: with one it is another instance's.
        if (present && from.startsWith(prefix) && !part.includes('\n'))
          moves.push({ cell, from, to: within(key, part) })
      }
  }
  return moves
}

/** Within a step. */
export function moveKeys(ledger: Ledger, moves: readonly Move[]): void {
  for (const { cell, from, to } of moves) {
    ledger.set(cell, to, ledger.get(cell, from))
    ledger.delete(cell, from)
  }
}
