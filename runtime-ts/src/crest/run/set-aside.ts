/**
 * The end of a message that can't be handled: its caller gets the error; a one-way message, and a call that kept failing, is
 * kept as a dead letter.
 *
 * @module
 */
import type { Lsn } from '../../engine/types.ts'
import { DarqError } from '../../error.ts'
import type { Asker, Envelope, Visitor } from '../wire/envelope.ts'
import { onItsOwn } from '../wire/failure.ts'
import { bury, dead_letter_cell, dead_letters_max } from './dead-letters.ts'
import { type Turn, type TurnContext, timer_cell } from './turn.ts'

export interface Failure {
  readonly lsn: Lsn
  readonly bytes: Uint8Array
  readonly envelope: Envelope | undefined
  readonly error: DarqError
  readonly attempts: number
  /** It was tried as often as may be. */
  readonly worn: boolean
}

/**
 * Within a step.
 *
 * @throws {DarqError} `backpressure` when there are too many dead letters
 */
export function setAside(
  site: TurnContext,
  turn: Turn,
  { lsn, bytes, envelope, error, attempts, worn }: Failure,
): void {
  const { ledger } = site
  const asker = reachableAsker(site, envelope)
  if (asker !== undefined) {
    const { code, message } = error
    turn.reply(asker, {
      ok: false,
      error: worn ? new DarqError('dead_letter', { cause: error, facts: { code, message, attempts } }) : error,
    })
    if (!worn) return
  }
  if (ledger.size(dead_letter_cell) >= dead_letters_max) {
    throw new DarqError('backpressure', { facts: { expected: `at most ${dead_letters_max} dead letters` } })
  }
  const { timer, name = '' } = envelope ?? {}
  if (timer !== undefined && ledger.get(timer_cell, timer.name) === timer.id) ledger.delete(timer_cell, timer.name)
  bury(ledger, { id: String(lsn), name, error, attempts, bytes: onItsOwn(bytes, envelope) })
}

function reachableAsker(
  { definition, context }: TurnContext,
  envelope: Envelope | undefined,
): Asker | Visitor | undefined {
  if (envelope?.asker === undefined || definition.messages.get(envelope.name)?.kind !== 'call') return undefined
  return 'to' in envelope.asker && !context.knows(envelope.asker.to) ? undefined : envelope.asker
}
