/**
 * Who has started an instance and waits for what it comes to.
 *
 * @module
 */
import { versionOf } from '../crest/define/schema.ts'
import type { LiveContext } from '../crest/run/live.ts'
import type { Turn } from '../crest/run/turn.ts'
import { type Asker, isFields, readAsker, type Visitor } from '../crest/wire/envelope.ts'
import type { Outcome } from '../crest/wire/outcome.ts'
import { encodePlainBytes } from '../crest/wire/plain.ts'
import { DarqError, fromFacts, type Plain } from '../error.ts'
import { asker_cell, type Header } from './journal.ts'

const askers_max = 100

/** All within a step. */
export class Askers {
  readonly #context: LiveContext

  constructor(context: LiveContext) {
    this.#context = context
  }

  /** @throws {DarqError} `quota` */
  add(turn: Turn, key: string, asker: Asker | Visitor | undefined): void {
    if (asker === undefined) return
    const { ledger } = this.#context
    const known = ledger.get(asker_cell, key)
    const askers: Plain[] = Array.isArray(known) ? [...known] : []
    if (askers.length >= askers_max) {
      const error = new DarqError('quota', {
        facts: { instance: key, expected: `at most ${askers_max} who wait for it` },
      })
      // A client that asks again and again has left its older calls, mostly: the oldest makes room.
      const oldest = askers.findIndex((one) => isFields(one) && 'client' in one)
      if (oldest < 0) throw error
      for (const left of askers.splice(oldest, 1)) turn.reply(readAsker(left), { ok: false, error })
    }
    ledger.set(asker_cell, key, [...askers, asker])
  }

  /** The instance has ended: all who wait are told. */
  tell(turn: Turn, key: string, header: Header): void {
    const { ledger } = this.#context
    const askers = ledger.get(asker_cell, key)
    if (Array.isArray(askers)) for (const asker of askers) this.reply(turn, readAsker(asker), header)
    ledger.delete(asker_cell, key)
  }

  /** @param header of an instance that has ended */
  reply(turn: Turn, asker: Asker | Visitor | undefined, header: Header): void {
    // Who can't be reached any more can't be told.
    if (asker === undefined || ('to' in asker && !this.#context.context.knows(asker.to))) return
    const outcome = this.#outcome(header)
    turn.reply(asker, 'to' in asker && outcome.ok ? this.#withRoom(outcome, asker) : outcome)
  }

  /** An answer takes its asker's note along. */
  #withRoom(outcome: Outcome & { ok: true }, { note }: Asker): Outcome {
    const bytes_max = this.#context.message_bytes_max
    const bytes = encodePlainBytes(outcome.value).length + encodePlainBytes(note).length
    if (bytes <= bytes_max) return outcome
    const facts = { expected: `an answer and its note of at most ${bytes_max} bytes`, got: bytes }
    return { ok: false, error: new DarqError('too_large', { facts }) }
  }

  #outcome({ status, value, error }: Header): Outcome {
    const start = this.#context.definition.messages.get('start')
    if (status === 'done') return { ok: true, value, version: start?.kind === 'call' ? versionOf(start.output) : 0 }
    return { ok: false, error: error === undefined ? new DarqError('cancelled') : fromFacts(error) }
  }
}
