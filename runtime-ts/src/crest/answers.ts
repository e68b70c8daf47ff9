/**
 * Answers to calls of outside clients. A client can't be sent anything, so its answer stays here, as a cell, until a later
 * call says that the client has it. So an answer survives a crash of either side and can be asked for again.
 *
 * @module
 */
import { toFacts } from '../error.ts'
import type { Visitor } from './envelope.ts'
import type { Ledger } from './ledger.ts'
import type { Outcome } from './turn.ts'

const prefix = '$answers '
/** Clients whose answers are kept; past it the one that was heard of first is forgotten. */
const clients_max = 1_000
/** Answers kept for one client; past it the oldest is forgotten. */
const answers_max = 1_000

/** Keeps an outcome for its client, and forgets those that the client has. */
export function keepAnswer(ledger: Ledger, { client, id, has }: Visitor, outcome: Outcome): void {
  const cell = prefix + client
  for (const known of has) ledger.delete(cell, known)
  const kept = ledger.table(cell)
  if (kept.size >= answers_max) {
    for (const key of [...kept.keys()].slice(0, kept.size - answers_max + 1)) ledger.delete(cell, key)
  }
  if (kept.size === 0) {
    const clients = ledger.cellsWith(prefix)
    const first = clients.length > clients_max ? clients[0] : undefined
    if (first !== undefined && first !== cell)
      for (const key of [...ledger.table(first).keys()]) ledger.delete(first, key)
  }
  ledger.set(cell, id, outcome.ok ? { value: outcome.value } : { error: toFacts(outcome.error) })
}

/** The built-in query `$answer`: `{ value }`, `{ error }`, or `undefined` while there is none. */
export function answerFor(ledger: Ledger, client: string, id: string): unknown {
  return ledger.get(prefix + client, id)
}
