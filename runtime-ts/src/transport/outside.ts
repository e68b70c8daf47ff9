/**
 * What a client from outside asks for: so that a server can hold it against what the client may do.
 *
 * @module
 */

import type { Participant } from '../crest/define/definition.ts'
import { definitionOf } from '../crest/define/definition.ts'
import { answer_query } from '../crest/wire/builtin-queries.ts'
import { envelopeName, isFields } from '../crest/wire/envelope.ts'
import { decodePlain } from '../crest/wire/plain.ts'
import { countMessages, decodeMessages } from '../engine/messages.ts'
import { DarqError } from '../error.ts'

export interface OutsideAsk {
  /** `inspect`: one of the runtime's own messages, such as putting a dead letter back. */
  readonly action: 'send' | 'call' | 'query' | 'inspect'
  /** Whose answers a query reads. */
  readonly client?: string
}

/**
 * @param participant that takes them
 * @param messages as `encodeMessages` lays them out
 * @returns what each of them asks for
 * @throws {DarqError} `bad_frame` if they are no messages
 */
export function* outsideAsks(participant: Participant, messages: Uint8Array): Generator<OutsideAsk, void, undefined> {
  const count = countMessages(messages)
  if (typeof count === 'string') throw new DarqError('bad_frame', { facts: { expected: 'messages', got: count } })
  const definition = definitionOf(participant)
  for (const message of decodeMessages(messages)) {
    const name = envelopeName(message)
    if (name.startsWith('$')) yield { action: 'inspect' }
    else yield { action: definition.messages.get(name)?.kind === 'call' ? 'call' : 'send' }
  }
}

/**
 * @param body encoded; empty for a query without one
 * @returns what a query asks for: the answer to a call is its client's alone
 * @throws {DarqError} `bad_frame`
 */
export function outsideQuery(name: string, body: Uint8Array): OutsideAsk {
  if (!name.startsWith('$')) return { action: 'query' }
  if (name !== answer_query) return { action: 'inspect' }
  const given = body.length === 0 ? undefined : decodePlain(body)
  const { client } = isFields(given) ? given : {}
  if (typeof client !== 'string')
    throw new DarqError('bad_frame', { facts: { expected: 'the client that has called', got: name } })
  return { action: 'call', client }
}
