/**
 * What a client from outside asks for: so that a server can hold it against what the client may do.
 *
 * @module
 */
import { type Definition, definitionOf, type Participant } from '../crest/define/definition.ts'
import { answer_query } from '../crest/wire/builtin-queries.ts'
import { decodeEnvelope, envelopeName, isFields, isList } from '../crest/wire/envelope.ts'
import { decodePlain } from '../crest/wire/plain.ts'
import { countMessages, decodeMessages } from '../engine/messages.ts'
import { DarqError } from '../error.ts'

export interface OutsideAsk {
  /**
   * `inspect`: one of the runtime's own messages, such as putting a dead letter back. `answer`: the outcome of a call that
   * was made from here.
   */
  readonly action: 'send' | 'call' | 'answer' | 'query' | 'inspect'
  /** Whose answers a query reads. */
  readonly client?: string
  /**
   * Only where the keys of a family share DARQs: the name of the instance that is asked, such as `loan/m2`. It is the DARQ's
   * own name for what concerns all of its keys.
   */
  readonly instance?: string
  /** It counts as a word of the DARQ that sends it: a call, which is answered by name, or an answer. */
  readonly inItsName?: true
}

/** The DARQ that is asked, and who takes what is sent to it. */
export interface Asked {
  readonly participant: Participant
  readonly darq: string
}

/**
 * What a client's batch asks for. That no message names another caller than the client is checked where it is enqueued.
 *
 * @param messages as `encodeMessages` lays them out
 * @returns what each of them asks for
 * @throws {DarqError} `bad_frame` if they are no messages
 */
export function* outsideAsks(asked: Asked, messages: Uint8Array): Generator<OutsideAsk, void, undefined> {
  const definition = definitionOf(asked.participant)
  for (const message of messagesIn(messages)) {
    // Only a key makes it worth reading what may be a thousand bodies.
    if (definition.darqs === undefined) yield { action: actionOf(definition, envelopeName(message)) }
    else {
      const { name, key } = decodeEnvelope(message)
      yield { action: actionOf(definition, name), instance: instanceOf(definition, asked.darq, key) }
    }
  }
}

/**
 * What a frame of another deployment's host asks for. Such a host says one-way messages and calls in the name of its own
 * DARQ, and answers to calls that were made to it; nobody else has read what it says before.
 *
 * @param from the DARQ that has sent the messages
 * @returns what each of them asks for
 * @throws {DarqError} `bad_frame` if they are no messages; `unauthorized` for a call whose answer would go to another than `from`
 */
export function* channelAsks(asked: Asked, from: string, messages: Uint8Array): Generator<OutsideAsk, void, undefined> {
  const definition = definitionOf(asked.participant)
  for (const message of messagesIn(messages)) {
    const { name, key, asker, echo } = decodeEnvelope(message)
    if (asker !== undefined && !('to' in asker && asker.to === from))
      throw new DarqError('unauthorized', {
        message: 'a call names who sends it as its caller',
        facts: { expected: from, got: 'to' in asker ? asker.to : asker.client },
      })
    yield {
      action: echo === undefined ? actionOf(definition, name) : 'answer',
      ...((asker !== undefined || echo !== undefined) && { inItsName: true as const }),
      ...(definition.darqs !== undefined && { instance: instanceOf(definition, asked.darq, key) }),
    }
  }
}

/**
 * @param body encoded; empty for a query without one
 * @returns what a query asks for: the answer to a call is its client's alone
 * @throws {DarqError} `bad_frame`
 */
export function outsideQuery({ participant, darq }: Asked, name: string, body: Uint8Array): OutsideAsk {
  const definition = definitionOf(participant)
  const given = body.length === 0 ? undefined : decodePlain(body)
  if (name === answer_query) {
    const { client } = isFields(given) ? given : {}
    if (typeof client === 'string') return { action: 'call', client }
    throw new DarqError('bad_frame', { facts: { expected: 'the client that has called', got: name } })
  }
  const isBuiltin = name.startsWith('$')
  const action = isBuiltin ? 'inspect' : 'query'
  if (definition.darqs === undefined) return { action }
  // What the runtime itself is asked is told of all keys at once.
  const [key] = isList(given) && !isBuiltin ? given : []
  return { action, instance: instanceOf(definition, darq, typeof key === 'string' ? key : undefined) }
}

function* messagesIn(messages: Uint8Array): Generator<Uint8Array, void, undefined> {
  const count = countMessages(messages)
  if (typeof count === 'string') throw new DarqError('bad_frame', { facts: { expected: 'messages', got: count } })
  yield* decodeMessages(messages)
}

function actionOf({ messages }: Definition, name: string): OutsideAsk['action'] {
  if (name.startsWith('$')) return 'inspect'
  return messages.get(name)?.kind === 'call' ? 'call' : 'send'
}

/** @param key as the content names it; without one it concerns all that the DARQ holds */
function instanceOf({ name }: Definition, darq: string, key: string | undefined): string {
  return key === undefined ? darq : `${name.slice(0, -1)}${key}`
}
