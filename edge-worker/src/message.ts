/**
 * One message in plain JSON, for those who speak HTTP without the client: sent, and if it is a call, answered.
 *
 * @module
 */
import type { Participant } from '@darq/runtime'
import {
  answerQuery,
  type Caller,
  header,
  type Link,
  messageFromJson,
  outsideAsks,
  type ViewFacts,
  valueToJson,
} from '@darq/runtime/transport'
import { awaitGrade, reached } from './enqueue.ts'
import type { Preference } from './prefer.ts'
import type { SequencePosition } from './producer.ts'
import { checkAsk, type Scope } from './scope.ts'

export interface JsonMessage {
  /** The DARQ's name. */
  readonly to: string
  readonly name: string
  readonly body: Uint8Array
  /** It has a body on each line: many, as one message. */
  readonly lines: boolean
  readonly position: SequencePosition
  /** What its sender has seen, if it keeps a session. */
  readonly session: string | undefined
  /** Which of those that share the DARQ it is for. */
  readonly key: string | undefined
}

/**
 * @returns what became of the message within the preferred wait. 200: the preferred grade is reached, and a call is answered;
 * 202: not yet. The same request, sent again, tells how it went on.
 * @throws {DarqError} what the message is refused with: nothing changed then
 */
export async function takeMessage(
  message: JsonMessage,
  participant: Participant,
  link: Link,
  scope: Scope,
  preferred: Preference,
): Promise<Response> {
  const { to, position, session } = message
  const { messages, caller } = encode(message, participant, scope)
  const started_ms = Date.now()
  const reply = await awaitGrade(
    link,
    { to, ...position, messages, ...(session !== undefined && { session }) },
    preferred,
  )
  const { grade, lsns, duplicates, expected, durability } = reply
  const headers = reply.session === undefined ? {} : { [header.session]: reply.session }
  const reported = {
    grade,
    lsn: lsns[0] ?? 0,
    duplicate: duplicates > 0,
    expected,
    ...(durability === undefined ? {} : { durability }),
  }
  const isDone = reached(grade, preferred.grade)
  if (caller === undefined || grade !== 'committed')
    return Response.json(reported, { status: isDone ? 200 : 202, headers })
  const answer = await awaitAnswer(link, to, caller, preferred.wait_ms - (Date.now() - started_ms))
  return answer === undefined
    ? Response.json(reported, { status: 202, headers })
    : Response.json({ ...reported, answer }, { headers })
}

/** A call names its caller, so that the answer is kept: the producer, and the call's sequence. */
function encode(
  { to, name, body, position, key, lines }: JsonMessage,
  participant: Participant,
  scope: Scope,
): { messages: Uint8Array; caller?: Caller } {
  const messages = messageFromJson(name, body, { key, lines })
  const asks = [...outsideAsks({ participant, darq: to }, messages)]
  for (const asked of asks) checkAsk(scope, asked)
  if (!asks.some(({ action }) => action === 'call')) return { messages }
  const caller = { client: position.producer, id: `sequence ${position.first}` }
  return { messages: messageFromJson(name, body, { caller, key, lines }), caller }
}

/** @returns the committed outcome of a call: `{ value }` or `{ error }`; `undefined` if there is none in time */
async function awaitAnswer(link: Link, to: string, caller: Caller, wait_ms: number): Promise<unknown> {
  const over = new AbortController()
  const answered = Promise.withResolvers<unknown>()
  const timer = setTimeout(() => answered.resolve(undefined), Math.max(0, wait_ms))
  const see = (view: ViewFacts): void => {
    if (view.grade !== 'committed') return
    // There is no answer yet while it is null.
    const outcome: unknown = JSON.parse(valueToJson(view.value))
    if (outcome !== null) answered.resolve(outcome)
  }
  link.watch(answerQuery(to, caller), see, over.signal).catch(answered.reject)
  try {
    return await answered.promise
  } finally {
    clearTimeout(timer)
    over.abort()
  }
}
