/**
 * The client: it sends, asks and watches over a `Link`. One implementation, for hosts, tabs and `connect`.
 *
 * @module
 */

import { platformClock } from '../../clock.ts'
import type { Clock, Grade } from '../../engine/types.ts'
import { DarqError, fromFacts, type Plain } from '../../error.ts'
import { textOf } from '../../text.ts'
import { checkName, content, type Kind, type Message } from '../define/address.ts'
import { type Frozen, versionOf } from '../define/schema.ts'
import { answer_query, deadLetters_query } from '../wire/builtin-queries.ts'
import { readDeadLetters } from '../wire/dead-letter.ts'
import { encodeEnvelope, isFields, readErrorFacts, type Visitor } from '../wire/envelope.ts'
import type { Link, QueryRequest, ViewFacts } from '../wire/link.ts'
import { decodePlain, encodePlainBytes } from '../wire/plain.ts'
import { keyProducer } from '../wire/producer-id.ts'
import { secureRandom, uuid } from '../wire/random.ts'
import type { Session } from '../wire/session.ts'
import type { Asked, AskOptions, Client, Inspect, Receipt, View } from './client-types.ts'
import { deadline, waiting } from './deadline.ts'
import { closedError, type LinkSource, Links, linkError } from './links.ts'
import { Outbox } from './outbox.ts'
import type { PendingReceipt } from './receipt.ts'
import { type PlainView, typedView, watchViews } from './views.ts'

export type { LinkSource } from './links.ts'

/** How long a read is tried again over new links. */
const read_patience_ms = 30_000
/** Answers that a call says it has, at most: the others are said by the next. */
const has_max = 64

export interface ClientOptions {
  /** The way to the host: a link, or what opens the next one after the last has failed with a retryable error. */
  readonly link: LinkSource
  /**
   * The producer's id: what this client sends is numbered under it, so that a repeat is told. '' for none: nothing is sent
   * again then, and what was on its way when a host is lost has an unknown outcome.
   */
  readonly producer: string
  /** The id was minted for this client, so numbers start at 1. Without it each DARQ is first asked where to go on. */
  readonly fresh?: boolean
  readonly clock?: Clock
  /** Uniform in [0, 1). */
  readonly random?: () => number
  /** The longest pause before the way to a host that was lost is tried again. Default 10 s. */
  readonly backoff_max_ms?: number
  /** What it has seen goes with what it sends. Default: it keeps no session. */
  readonly session?: Session
  /** Runs when the client is closed, after everything that waited was told. */
  readonly onClose?: () => Promise<void> | void
}

/**
 * Opens a client. It connects when it is first used.
 *
 * @example
 * ```ts
 * const hosted = await openHosted({ name: 'demo', participants: [counter], storage: memory() })
 * const client = openClient({ link: hosted.link, producer: 'importer' })
 * const { lsn } = await client.send(Counter.add('clicks', 1)).accepted
 * ```
 */
export function openClient(options: ClientOptions): Client {
  return new LinkClient(options)
}

class LinkClient implements Client {
  readonly #session: Session | undefined
  readonly #producer: string
  readonly #clock: Clock
  readonly #random: () => number
  readonly #onClose: () => Promise<void> | void
  readonly #links: Links
  readonly #outbox: Outbox
  /** Names this client's calls when it has no producer id. */
  readonly #caller: string
  /** Calls whose answers are here, and whose callee doesn't know that yet. By DARQ. */
  readonly #answered = new Map<string, string[]>()
  #closing: Promise<void> | undefined

  constructor({ link, producer, fresh, clock, random, backoff_max_ms, session, onClose }: ClientOptions) {
    this.#session = session
    this.#producer = textOf('a producer id', producer)
    this.#clock = clock ?? platformClock()
    this.#random = random ?? secureRandom
    this.#onClose = onClose ?? (() => {})
    this.#links = new Links(link, this.#clock, this.#random, backoff_max_ms)
    this.#outbox = new Outbox(producer, fresh ?? false, this.#links, this.#clock, session)
    this.#caller = producer === '' ? uuid(this.#random) : producer
  }

  get session(): string {
    return this.#session?.text ?? ''
  }

  send(message: Message<'send'>, options: AskOptions = {}): Receipt {
    return this.#post(message, 'send', options)
  }

  #post(message: Message<Kind, unknown>, kind: Kind, options: AskOptions, asker?: Visitor): PendingReceipt {
    const { body, input, kind: got, own, key, many } = message[content]
    if (got !== kind || own) throw new DarqError('unknown_message', { facts: { expected: `a ${kind}`, got } })
    const version = input === undefined ? 0 : versionOf(input)
    const payload = encodeEnvelope({
      ...{ name: message.name, body, version },
      ...(asker !== undefined && { asker }),
      ...(key !== undefined && { key }),
      ...(many && { many }),
    })
    return this.#outbox.enqueue(message.to, payload, options)
  }

  call<A>(message: Message<'call', A>, options: AskOptions = {}): Asked<A> {
    // A caller that numbers or names its messages may ask again after a crash, and finds the answer under the same name.
    const { sequence, idempotencyKey } = options
    const client = idempotencyKey === undefined ? this.#caller : keyProducer(idempotencyKey)
    const id = sequence === undefined && idempotencyKey === undefined ? uuid(this.#random) : `sequence ${sequence ?? 1}`
    const has = idempotencyKey === undefined ? (this.#answered.get(message.to)?.splice(0, has_max) ?? []) : []
    const receipt = this.#post(message, 'call', options, { client, id, has })
    const over = new AbortController()
    const request = { to: message.to, name: answer_query, body: encodePlainBytes({ client, id }) }
    const end = deadline(this.#clock, waiting(options), (error) => over.abort(error))
    const got = (): void => {
      if (idempotencyKey !== undefined) return
      const answered = this.#answered.get(message.to)
      if (answered === undefined) this.#answered.set(message.to, [id])
      else answered.push(id)
    }
    const answer = this.#answer(receipt, request, over.signal).then(
      (value) => {
        got()
        return value as Frozen<A>
      },
      (error: unknown) => {
        if (error instanceof Answered) got()
        throw error instanceof Answered ? error.error : error
      },
    )
    answer.catch(() => {}) // the caller may await it
    void answer.then(end, end)
    const views = (): AsyncIterator<View<A>> => answerViews<A>(watchViews(this.#links, request, over.signal))
    return Object.assign(answer, { receipt, [Symbol.asyncIterator]: views })
  }

  /** The committed answer. */
  async #answer(receipt: Receipt, request: QueryRequest, signal: AbortSignal): Promise<Plain> {
    await receipt.accepted
    for await (const view of watchViews(this.#links, request, signal)) {
      if (view.grade !== 'committed') continue
      const outcome = readOutcome(view.value)
      if (outcome === undefined) continue
      if ('error' in outcome) throw new Answered(outcome.error)
      return outcome.value
    }
    throw signal.reason instanceof DarqError ? signal.reason : closedError()
  }

  async query<A>(
    message: Message<'query', A>,
    options: { signal?: AbortSignal; grade?: Grade } = {},
  ): Promise<Frozen<A>> {
    const request = queryRequest(message)
    const { signal, grade = 'accepted' } = options
    const view = await this.#query(request, grade, signal)
    if (view.grade === 'withdrawn') throw fromFacts(view.error)
    // A client's cast: the address says which type its query's value has.
    return decodePlain(view.value) as Frozen<A>
  }

  async #query(request: QueryRequest, grade: Grade, signal?: AbortSignal): Promise<ViewFacts> {
    const session = this.#session
    if (session === undefined) return this.#read((link) => link.query(request, grade), signal)
    const after = session.text
    try {
      const view = await this.#read((link) => link.query({ ...request, session: after }, grade), signal)
      if (view.grade !== 'withdrawn') session.reported(after, view.session)
      return view
    } catch (error) {
      if (error instanceof DarqError && error.code === 'session_lost') session.lost()
      throw error
    }
  }

  /** Tries a read again while that may help. */
  #read<T>(read: (link: Link) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    let isOver = false
    const end = deadline(this.#clock, { signal, timeout_ms: read_patience_ms }, (error) => {
      isOver = true
      reject(error)
    })
    const attempt = async (): Promise<void> => {
      while (!isOver) {
        let link: Link | undefined
        try {
          link = await this.#links.get()
          resolve(await read(link))
          this.#links.worked()
          return
        } catch (thrown) {
          const error = linkError(thrown)
          if (!error.retryable || this.#links.isClosed) {
            reject(error)
            return
          }
          await this.#links.failed(link)
        }
      }
    }
    void attempt().finally(end)
    return promise
  }

  async *watch<A>(message: Message<'query', A>, options: { signal?: AbortSignal } = {}): AsyncIterable<View<A>> {
    for await (const view of watchViews(this.#links, queryRequest(message), options.signal)) yield typedView<A>(view)
  }

  inspect(name: string): Inspect {
    checkName(name)
    const order = async (word: string, id: string): Promise<void> => {
      await this.#outbox.enqueue(name, encodeEnvelope({ name: word, body: id, version: 0 }), {}).committed
    }
    return {
      deadLetters: async () => {
        const request = { to: name, name: deadLetters_query, body: new Uint8Array() }
        const view = await this.#read((link) => link.query(request, 'accepted'))
        return view.grade === 'withdrawn' ? [] : readDeadLetters(decodePlain(view.value))
      },
      requeue: (id) => order('$requeue', id),
      drop: (id) => order('$drop', id),
      pending: () => this.#read((link) => link.pending(name)),
      counts: () => this.#read((link) => link.counts(name)),
      expected: () => this.#read((link) => link.expected(name, this.#producer)),
      cancelWorkflow: (reason = '') => order('$cancel', reason),
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#links.close()
    this.#outbox.failAll(closedError())
    await this.#onClose()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** A callee's error, as opposed to a failure on the way. */
class Answered extends Error {
  readonly error: DarqError
  constructor(error: DarqError) {
    super(error.message)
    this.error = error
  }
}

/** @returns what `$answer` tells; undefined while there is none */
export function readOutcome(value: Plain): { readonly value: Plain } | { readonly error: DarqError } | undefined {
  if (!isFields(value)) return undefined
  return 'error' in value ? { error: fromFacts(readErrorFacts(value.error)) } : { value: value.value }
}

async function* answerViews<A>(views: AsyncIterable<PlainView>): AsyncGenerator<View<A>> {
  for await (const view of views) {
    if (view.grade === 'withdrawn') {
      yield view
      continue
    }
    const outcome = readOutcome(view.value)
    if (outcome === undefined) continue
    if ('error' in outcome) throw outcome.error
    yield typedView<A>({ grade: view.grade, value: outcome.value })
    if (view.grade === 'committed') return
  }
}

function queryRequest(message: Message<'query', unknown>): QueryRequest {
  const { body, input, kind, key } = message[content]
  if (kind !== 'query') throw new DarqError('unknown_message', { facts: { expected: 'a query', got: kind } })
  const { to, name } = message
  if (key !== undefined) return { to, name, body: encodePlainBytes(input === undefined ? [key] : [key, body]) }
  return { to, name, body: input === undefined ? new Uint8Array() : encodePlainBytes(body) }
}
