/**
 * Looking after instances: messages and queries that every workflow takes. They are sent by any client, or by another
 * workflow; from outside they need the right to `inspect`.
 *
 * @module
 */

import type { Client } from '../crest/client/client-types.ts'
import {
  type AnyAddress,
  type AnyCall,
  type Content,
  content,
  contentOf,
  familyMessage,
  type Kind,
  type Message,
  type MessageType,
  query,
  type Shape,
  shapes,
  share_mark,
  spread,
} from '../crest/define/address.ts'
import { anything } from '../crest/define/schema.ts'
import { DarqError, type ErrorFacts } from '../error.ts'
import type { Status, StepFacts } from './journal.ts'

type WorkflowAddress = AnyAddress & { readonly start: MessageType<AnyCall> }

/** What is known of an instance. */
export interface InstanceFacts {
  readonly id: string
  readonly status: Status
  readonly started_ms: number
  readonly ended_ms?: number
  /** 1, 2, …: how often it has continued as new, and once more. */
  readonly run: number
  /** What it has come to, when it is done. */
  readonly value?: unknown
  /** Why it has failed, was cancelled, or is stuck. */
  readonly error?: Omit<ErrorFacts, 'facts'> & { readonly facts?: unknown }
  /** Its timeline: the newest 256 lines while it runs, 64 afterwards. */
  readonly steps: readonly StepFacts[]
}

export interface Control {
  /** Makes it throw `cancelled` at what it awaits; then its undos run. One that has ended: a dead letter, `conflict`. */
  cancel(key: string, reason?: string): Message<'send'>
  /** Lets one that is stuck try again, with the code that is there now. When its host is opened, it does so by itself. */
  resume(key: string): Message<'send'>
  /** Ends it as it is, and undoes nothing: for one that is stuck for good. Whoever waits for it gets `cancelled`. */
  abandon(key: string, reason?: string): Message<'send'>
  /** To query, or to watch: what it has done, as it hardens. */
  describe(key: string): Message<'query', InstanceFacts>
}

/**
 * @returns makes the messages that look after instances of the workflow at `address`. For an address that is no family the
 * key is ''.
 * @example
 * await client.send(control(Checkout).cancel('order-1', 'changed my mind')).committed
 */
export function control(address: WorkflowAddress): Control {
  const name: string = address[shapes][0]
  const darqs: number | undefined = address[spread]
  // A message's type is a phantom: what is made here is what the interface says.
  const make = (key: string, word: string, shape: Shape, body?: unknown): Message<never> =>
    messageTo(name, darqs, key, contentOf(shape, body), word) as Message<never>
  return {
    cancel: (key, reason = '') => make(key, '$cancel', anything, reason),
    resume: (key) => make(key, '$resume', anything, null),
    abandon: (key, reason = '') => make(key, '$abandon', anything, reason),
    describe: (key) => make(key, '$describe', query(anything)),
  }
}

/**
 * The instances of a workflow, in the order of their keys at each DARQ: of a family whose keys share DARQs (`darqs`), or of
 * an address that is no family. In a family that has a DARQ for each key nobody knows them all.
 *
 * @param only those of this status
 * @throws {DarqError} `unknown_address` for a family without `darqs`
 * @example
 * ```ts
 * for await (const { id, status } of instances(client, Checkout)) console.log(id, status)
 * ```
 */
export async function* instances(
  client: Client,
  address: WorkflowAddress,
  only?: Status,
): AsyncGenerator<Listed, void, undefined> {
  const name: string = address[shapes][0]
  const darqs: number | undefined = address[spread]
  if (name.endsWith('/*') && darqs === undefined)
    throw new DarqError('unknown_address', { facts: { expected: 'a family with darqs, or no family', got: name } })
  for (let share = 0; share < (darqs ?? 1); share += 1) {
    const to = darqs === undefined ? name : `${name.slice(0, -1)}${share_mark}${share}`
    for (let after: string | undefined; ; ) {
      const page = await client.query(listMessage(to, darqs !== undefined, { after, status: only }))
      yield* page
      after = page.at(-1)?.id
      if (after === undefined) break
    }
  }
}

export type Listed = Omit<InstanceFacts, 'steps' | 'value'>
type Page = readonly Listed[]

function listMessage(to: string, isShared: boolean, asked: object): Message<'query', Page> {
  const made = contentOf(query(anything, anything), asked)
  return { to, name: '$list', [content]: isShared ? { ...made, key: '' } : made }
}

function messageTo(name: string, darqs: number | undefined, key: string, given: Content, word: string): Message<Kind> {
  if (!name.endsWith('/*')) return { to: name, name: word, [content]: given }
  return familyMessage(name.slice(0, -1), darqs, key, word, given)
}
