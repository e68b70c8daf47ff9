/**
 * Answers to calls of outside clients. A client can't be sent anything, so its answer stays here, as a cell, until a later
 * call says that the client has it. So an answer survives a crash of either side and can be asked for again.
 *
 * @module
 */
import { toFacts } from '../../error.ts'
import type { Visitor } from '../wire/envelope.ts'
import type { Outcome } from '../wire/outcome.ts'
import type { Ledger } from './ledger.ts'

const prefix = '$answers '
/** Clients whose answers are kept, about; past it those that were heard of first are forgotten. */
const clients_max = 1_000
/** Answers kept for one client; past it the oldest is forgotten. */
const answers_max = 1_000

/** Looking through all tables costs more than a few answers too many: this many new clients come before it is done again. */
const clients_per_look = 64
const sinceLook = new WeakMap<Ledger, number>()

function isDue(ledger: Ledger): boolean {
  const count = (sinceLook.get(ledger) ?? 0) + 1
  sinceLook.set(ledger, count % clients_per_look)
  return count === clients_per_look
}

/** Keeps an outcome for its client, and forgets those that the client has. */
export function keepAnswer(ledger: Ledger, { client, id, has }: Visitor, outcome: Outcome): void {
  const cell = prefix + client
  for (const known of has) ledger.delete(cell, known)
  const kept = ledger.table(cell)
  if (kept.size >= answers_max) {
    for (const key of [...kept.keys()].slice(0, kept.size - answers_max + 1)) ledger.delete(cell, key)
  }
  if (kept.size === 0 && isDue(ledger)) {
    const clients = ledger.cellsWith(prefix)
    for (const first of clients.slice(0, Math.max(0, clients.length - clients_max)))
      if (first !== cell) for (const key of [...ledger.table(first).keys()]) ledger.delete(first, key)
  }
  ledger.set(cell, id, outcome.ok ? { value: outcome.value } : { error: toFacts(outcome.error) })
}

/** The built-in query `$answer`: `{ value }`, `{ error }`, or `undefined` while there is none. */
export function answerFor(ledger: Ledger, client: string, id: string): unknown {
  return ledger.get(prefix + client, id)
}
