/**
 * Feeds a stream from a source outside: an iterable, in messages of many records, a few of them on their way at a time.
 *
 * @module
 */
import type { Client } from '../crest/client/client-types.ts'
import type { Message } from '../crest/define/address.ts'
import { DarqError } from '../error.ts'
import { countOf } from '../options.ts'

export interface FeedOptions {
  /** Records in one message. Default 512. With `numbered` it must be the same for ever. */
  readonly batch?: number
  /** Messages that are on their way to being committed at a time. Default 16. */
  readonly ahead_max?: number
  /**
   * The messages are numbered from the source's beginning, so that one that is fed again by a feeder that has crashed is
   * known: exactly once. It takes a client with a producer id that outlives the feeder, which sends nothing else there, and a
   * source that gives the same records again. Default: what a feeder that crashed has sent, it sends twice.
   */
  readonly numbered?: boolean
  /** Stops feeding. What was sent stays. */
  readonly signal?: AbortSignal
}

/** Records, or what gives them from the record of that number on: 0 for all of them. */
export type Feedable<T> = AsyncIterable<T> | Iterable<T> | ((from: number) => AsyncIterable<T> | Iterable<T>)

export interface Fed {
  /** Fed by this call. */
  readonly records: number
  /** Fed before, by one that has crashed. */
  readonly skipped: number
}

/** How often a feeder goes back to what its host has forgotten, before it gives up. */
const rewinds_max = 8

/**
 * @param to a message type (`Flights.flight`); of a family, `{ many: (bodies) => Tills.paid.many('north', bodies) }`
 * @returns when all of it is committed
 * @throws {DarqError} what a message is refused with; `timeout` or the signal's reason when it is stopped; what the source throws
 * @example
 * await feed(client, Flights.flight, flights)
 */
export async function feed<T>(
  client: Client,
  to: { many(bodies: readonly T[]): Message<'send'> },
  source: Feedable<T>,
  options: FeedOptions = {},
): Promise<Fed> {
  const feeder = new Feeder(client, to, source, options)
  for (let rewinds = 0; ; rewinds += 1) {
    try {
      return await feeder.run()
    } catch (error) {
      // Its host has gone back behind what it had told: the source is asked again.
      const isRewound = error instanceof DarqError && error.code === 'gap' && options.numbered === true
      if (!isRewound || rewinds >= rewinds_max) throw error
    }
  }
}

class Feeder<T> {
  readonly #client: Client
  readonly #to: { many(bodies: readonly T[]): Message<'send'> }
  readonly #source: Feedable<T>
  readonly #batch: number
  readonly #ahead_max: number
  readonly #numbered: boolean
  readonly #signal: AbortSignal | undefined

  constructor(
    client: Client,
    to: { many(bodies: readonly T[]): Message<'send'> },
    source: Feedable<T>,
    { batch = 512, ahead_max = 16, numbered = false, signal }: FeedOptions,
  ) {
    for (const [name, count] of Object.entries({ batch, ahead_max })) countOf(name, count)
    this.#client = client
    this.#to = to
    this.#source = source
    this.#batch = batch
    this.#ahead_max = ahead_max
    this.#numbered = numbered
    this.#signal = signal
  }

  async run(): Promise<Fed> {
    let sequence = this.#numbered ? await this.#client.inspect(this.#to.many([]).to).expected() : 1
    const skipped = (sequence - 1) * this.#batch
    const underWay = new Set<Promise<unknown>>()
    let failure: { readonly error: unknown } | undefined
    let records = 0
    for await (const bodies of batched(this.#source, skipped, this.#batch)) {
      this.#signal?.throwIfAborted()
      const given = { ...(this.#numbered && { sequence }), ...(this.#signal !== undefined && { signal: this.#signal }) }
      const sent = this.#client.send(this.#to.many(bodies), given).committed
      const over: Promise<unknown> = sent
        .catch((error: unknown) => {
          failure ??= { error }
        })
        .finally(() => underWay.delete(over))
      underWay.add(over)
      sequence += 1
      records += bodies.length
      if (underWay.size >= this.#ahead_max) await Promise.race(underWay)
      if (failure !== undefined) break
    }
    await Promise.all(underWay)
    if (failure !== undefined) throw failure.error
    return { records, skipped }
  }
}

/** Records, `batch` at a time. An iterable that is there costs no promise per record. */
async function* batched<T>(source: Feedable<T>, skipped: number, batch: number): AsyncGenerator<readonly T[]> {
  const records = typeof source === 'function' ? source(skipped) : source
  let left = typeof source === 'function' ? 0 : skipped
  const bodies: T[] = []
  if (Symbol.iterator in records) {
    for (const record of records) {
      if (left > 0) left -= 1
      else if (bodies.push(record) >= batch) yield bodies.splice(0)
    }
  } else {
    for await (const record of records) {
      if (left > 0) left -= 1
      else if (bodies.push(record) >= batch) yield bodies.splice(0)
    }
  }
  if (bodies.length > 0) yield bodies
}
