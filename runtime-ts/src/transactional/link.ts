/**
 * The link of a transactional host: how clients reach its participants.
 *
 * @module
 */

import { equalBytes } from '../crest/client/views.ts'
import type { Definition } from '../crest/define/definition.ts'
import { readInput } from '../crest/define/schema.ts'
import { unknownAddress } from '../crest/host/directory.ts'
import { admitFromClient, Inadmissible } from '../crest/run/admission.ts'
import { isFields } from '../crest/wire/envelope.ts'
import { ownError } from '../crest/wire/failure.ts'
import type { EnqueueRequest, Graded, HostCounts, Link, QueryRequest, ViewFacts } from '../crest/wire/link.ts'
import { decodePlain, encodePlainBytes } from '../crest/wire/plain.ts'
import type { Clock } from '../engine/types.ts'
import { asError, DarqError, isA, type Plain } from '../error.ts'
import type { Durability } from '../storage/contract.ts'
import type { Peer } from './outbox.ts'
import { lost } from './owner.ts'
import { answer_cell, answerKey, dead_letter_cell } from './step.ts'
import type { TransactionalParticipant } from './transactional-participant.ts'

/** What became of a batch. */
export interface Arrived {
  readonly lsns: readonly number[]
  readonly duplicates: number
  readonly expected: number
}

/** What the link needs of its host. */
interface LinkedHost {
  readonly clock: Clock
  readonly options: { readonly store: { readonly durability: Durability } }
  readonly stopped: Promise<DarqError | undefined>
  readonly counts: HostCounts
  /** `undefined`: it does not live here. */
  definition(darq: string): Definition | undefined
  participant(darq: string): TransactionalParticipant | undefined
  /** The host of a DARQ that lives elsewhere. */
  peer(darq: string): Peer | undefined
  accept(to: string, producer: string, first: number, messages: readonly Uint8Array[]): Promise<Arrived>
  expected(to: string, producer: string): Promise<number>
}

export class TransactionalLink implements Link {
  readonly #host: LinkedHost

  constructor(host: LinkedHost) {
    this.#host = host
  }

  async enqueue(request: EnqueueRequest, report: (graded: Graded) => void): Promise<void> {
    const { to, producer, first, messages } = request
    const definition = this.#host.definition(to)
    if (definition === undefined) return this.#away(to).enqueue(request, report)
    const payloads = messagesIn(messages)
    for (const [index, payload] of payloads.entries()) check(definition, payload, producer, index)
    if (!Number.isSafeInteger(first) || first < 0 || (first === 0) !== (producer === ''))
      throw bad('a sequence from 1 on with a producer, 0 without one', first)
    const { lsns, duplicates, expected } = await this.#host.accept(to, producer, first, payloads)
    const { durability } = this.#host.options.store
    report({ grade: 'accepted', lsns, duplicates, expected })
    report({ grade: 'durable', durability })
    report({ grade: 'committed', durability })
  }

  async query(request: QueryRequest, grade: 'accepted' | 'durable' | 'committed'): Promise<ViewFacts> {
    const participant = this.#host.participant(request.to)
    if (participant === undefined) return this.#away(request.to).query(request, grade)
    await participant.load()
    return { grade: 'committed', value: ask(participant, request, this.#host.clock.now_ms()) }
  }

  async watch(request: QueryRequest, see: (view: ViewFacts) => void, signal: AbortSignal): Promise<void> {
    const participant = this.#host.participant(request.to)
    if (participant === undefined) return this.#away(request.to).watch(request, see, signal)
    await participant.load()
    const over = Promise.withResolvers<void>()
    let last: Uint8Array | undefined
    let isScheduled = false
    const look = (): void => {
      isScheduled = false
      if (signal.aborted) return
      try {
        const value = ask(participant, request, this.#host.clock.now_ms())
        if (last === undefined || !equalBytes(last, value)) see({ grade: 'committed', value })
        last = value
      } catch (error) {
        over.reject(error)
      }
    }
    const unwatch = participant.watch(() => {
      if (!isScheduled) this.#host.clock.soon(look)
      isScheduled = true
    })
    signal.addEventListener('abort', () => over.resolve())
    void this.#host.stopped.then((reason) => over.reject(lost(reason)))
    look()
    if (signal.aborted) over.resolve()
    try {
      await over.promise
    } finally {
      unwatch()
    }
  }

  async expected(to: string, producer: string): Promise<number> {
    return this.#host.definition(to) === undefined
      ? this.#away(to).expected(to, producer)
      : this.#host.expected(to, producer)
  }

  async pending(to: string): Promise<number> {
    return this.#host.participant(to)?.pending ?? this.#away(to).pending(to)
  }

  async counts(to: string): Promise<HostCounts> {
    return this.#host.definition(to) === undefined ? this.#away(to).counts(to) : this.#host.counts
  }

  #away(to: string): Link {
    const peer = this.#host.peer(to)
    if (peer === undefined) throw unknownAddress(to)
    return peer.link
  }
}

const header_bytes = 8
const message_kind = 2

/** Reads a row of messages as FORMAT.md lays it out: size, kind, payload, padding to 8 bytes. */
function messagesIn(row: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(row.buffer, row.byteOffset, row.byteLength)
  const found: Uint8Array[] = []
  for (let at = 0; at < row.length; ) {
    const size = at + header_bytes <= row.length ? view.getUint32(at, true) : 0
    if (size < header_bytes || at + size > row.length || view.getUint8(at + 4) !== message_kind)
      throw bad('a row of messages', `something else at byte ${at}`)
    found.push(row.subarray(at + header_bytes, at + size))
    at += (size + 7) & ~7
  }
  if (found.length === 0) throw bad('at least one message', 0)
  return found
}

/** Refuses, to the client, what its participant could only set aside, and what a client has no right to send. */
function check(definition: Definition, payload: Uint8Array, producer: string, index: number): void {
  try {
    admitFromClient(definition, payload, producer)
  } catch (thrown) {
    const error = isA(thrown, Inadmissible) ? thrown.error : ownError(thrown)
    const facts = isFields(error.facts) ? error.facts : {}
    throw new DarqError(error.code, { cause: error, retryable: error.retryable, facts: { ...facts, index } })
  }
}

/** Runs a query, or one of the runtime's own. */
function ask(participant: TransactionalParticipant, { name, body }: QueryRequest, now_ms: number): Uint8Array {
  const { definition, cells, state, key } = participant
  const given = body.length === 0 ? undefined : decodePlain(body)
  if (name === '$deadLetters') return encodePlainBytes([...cells.entries(dead_letter_cell)])
  if (name === '$answer') return encodePlainBytes(cells.get(answer_cell, answerOf(given)))
  const message = definition.messages.get(name)
  if (message?.kind !== 'query')
    throw new DarqError('unknown_message', { facts: { expected: `a query of ${definition.name}`, got: name } })
  const input = message.input === undefined ? undefined : readInput(message.input, given, 0).output
  try {
    return encodePlainBytes(message.run({ state, key, now_ms }, input))
  } catch (thrown) {
    throw asError(thrown, 'handler_failed', { where: `the query ${name} threw` })
  }
}

function answerOf(given: Plain): string {
  if (isFields(given) && typeof given.client === 'string' && typeof given.id === 'string')
    return answerKey(given.client, given.id)
  throw bad('a client and the id of its call', null)
}

function bad(expected: string, got: Plain): DarqError {
  return new DarqError('bad_frame', { facts: { expected, got } })
}
