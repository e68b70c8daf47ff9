/**
 * Queries: they read state between steps, and leave no trace.
 *
 * @module
 */

import { DarqError } from '../../error.ts'
import { check } from '../define/schema.ts'
import { answer_query, deadLetters_query } from '../wire/builtin-queries.ts'
import { isFields } from '../wire/envelope.ts'
import { decodePlain, encodePlainBytes, encodeRecordBytes } from '../wire/plain.ts'
import { answerFor } from './answers.ts'
import { listDeadLetters } from './dead-letters.ts'
import type { TurnContext } from './turn.ts'

const noAnswer = encodePlainBytes(undefined)

/**
 * A query that is asked again and again. A caller that waits for its answer asks after every step, and mostly in vain: that
 * must cost next to nothing.
 *
 * @returns gives the encoded value as it is now
 * @throws {DarqError} `bad_frame`
 */
export function repeatedly(
  site: Pick<TurnContext, 'ledger'>,
  name: string,
  body: Uint8Array,
  ask: () => Uint8Array,
): () => Uint8Array {
  if (name !== answer_query) return ask
  const { client, id } = visitorIn(body.length === 0 ? undefined : decodePlain(body))
  return () => {
    const answer = answerFor(site.ledger, client, id)
    return answer === undefined ? noAnswer : encodeRecordBytes(answer)
  }
}

/**
 * @param body encoded; empty for a query without one
 * @returns the encoded value
 * @throws {DarqError} `unknown_message`, `schema`, `bad_frame`, or what the handler throws
 */
export function ask(site: TurnContext, name: string, body: Uint8Array): Uint8Array {
  const given = body.length === 0 ? undefined : decodePlain(body)
  if (name === deadLetters_query) return encodeRecordBytes(listDeadLetters(site.ledger))
  if (name === answer_query) return encodeRecordBytes(answerOf(site, given))
  const message = site.definition.messages.get(name)
  if (message?.kind !== 'query') {
    throw new DarqError('unknown_message', {
      facts: { expected: `a query of ${site.definition.name}`, got: name.slice(0, 100) },
    })
  }
  // A query is not stored, so it carries no version: it is of the present one, or refused.
  const input = message.input === undefined ? undefined : check(message.input, given)
  const read = { state: site.state, key: site.key, now_ms: site.context.clock.now_ms() }
  return encodePlainBytes(message.run(read, input))
}

function answerOf({ ledger }: TurnContext, given: ReturnType<typeof decodePlain>): unknown {
  const { client, id } = visitorIn(given)
  return answerFor(ledger, client, id)
}

function visitorIn(given: ReturnType<typeof decodePlain>): { readonly client: string; readonly id: string } {
  if (isFields(given)) {
    const { client, id } = given
    if (typeof client === 'string' && typeof id === 'string') return { client, id }
  }
  throw new DarqError('bad_frame', { facts: { expected: 'a client and the id of its call' } })
}
