/**
 * A host whose steps are transactions on a plain key-value store. No log, no Wasm, no speculation: what is accepted is durable
 * and committed.
 *
 * @module
 */
import { platformClock } from '../clock.ts'
import type { Participant } from '../crest/define/definition.ts'
import { type Definition, definitionOf } from '../crest/define/definition.ts'
import { everyPart } from '../crest/define/participant.ts'
import { unknownAddress } from '../crest/host/directory.ts'
import type { HostCounts, Link } from '../crest/wire/link.ts'
import { NamePatterns } from '../crest/wire/name-patterns.ts'
import { encodePlainBytes } from '../crest/wire/plain.ts'
import { secureRandom, uuid } from '../crest/wire/random.ts'
import type { Clock } from '../engine/types.ts'
import { DarqError } from '../error.ts'
import { invalid } from '../options.ts'
import { type Arrived, TransactionalLink } from './link.ts'
import { type Delivery, Outbox, type Peer } from './outbox.ts'
import { lost, Owner } from './owner.ts'
import type { ParticipantContext, Sent } from './participant-context.ts'
import {
  below,
  decodeTimer,
  decodeWaiting,
  encodeWaiting,
  keyOf,
  ordinal,
  partsOf,
  type Writes,
  whole,
  write,
} from './row.ts'
import type { Rows, Store } from './store.ts'
import { TransactionalParticipant } from './transactional-participant.ts'

export interface TransactionalOptions {
  /** Unique among the hosts that it talks to. */
  name: string
  participants: readonly Participant[]
  store: Store
  /** Where addresses live that are not hosted here: by name (`'totals'`), by family (`'account/*'`), or all (`'*'`). */
  routes?: Record<string, Peer>
  /** Default: the platform's. */
  clock?: Clock
  /** Uniform in [0, 1). Default: the platform's secure source. */
  random?: () => number
  /** A failure that has no caller. Default: none is told. */
  onError?: (error: DarqError, where: string) => void
  /** Which of its participants' DARQs live on this host. Default: all. */
  lives?: (darq: string) => boolean
}

/** A life numbers the messages that it takes from its epoch on, so that no number is ever used again. */
const ids_per_epoch = 2 ** 32

export class TransactionalHost implements ParticipantContext, Peer {
  readonly link: Link
  readonly clock: Clock
  readonly random: () => number
  readonly stopped: Promise<DarqError | undefined>
  readonly owner: Owner
  readonly options: TransactionalOptions
  readonly #stop: (reason: DarqError | undefined) => void
  readonly #participants: NamePatterns<Definition>
  readonly #peers: NamePatterns<Peer>
  readonly #outbox: Outbox
  readonly #live = new Map<string, TransactionalParticipant>()
  readonly #wakes = new Set<() => void>()
  readonly #counts = { messages_accepted: 0, duplicates_refused: 0, frames_received: 0 }
  #ids = 0
  #open = true

  private constructor(options: TransactionalOptions, owner: Owner) {
    this.options = options
    this.owner = owner
    this.clock = options.clock ?? platformClock()
    this.random = options.random ?? secureRandom
    const definitions = everyPart(options.participants).map(definitionOf)
    for (const { name, processor, effect } of definitions)
      if (processor !== undefined && effect === undefined)
        throw invalid('participants of handlers: one with a live part, such as a workflow, needs DARQs', name)
    this.#participants = new NamePatterns(definitions.map((definition) => [definition.name, definition]))
    this.#peers = new NamePatterns(Object.entries(options.routes ?? {}))
    this.#outbox = new Outbox(
      this,
      (darq) => this.peer(darq),
      (from) => `${options.name}#${owner.generation}/${from}`,
    )
    this.link = new TransactionalLink(this)
    const { promise, resolve } = Promise.withResolvers<DarqError | undefined>()
    this.stopped = promise
    this.#stop = resolve
  }

  /** Becomes the store's owner, and takes up what waits there. */
  static async open(options: TransactionalOptions): Promise<TransactionalHost> {
    let host: TransactionalHost | undefined
    const minted = uuid(options.random ?? secureRandom)
    const owner = await Owner.claim(await options.store.open(), minted, (error) => {
      if (host !== undefined) host.#end(error)
    })
    host = new TransactionalHost(options, owner)
    await host.#takeUp()
    return host
  }

  async #takeUp(): Promise<void> {
    const [inbox, timers] = await this.transaction(async (rows) => {
      await this.#outbox.load(rows)
      return [await rows.list(below('inbox')), await rows.list(below('timer'))] as const
    })
    for (const [key, value] of timers) {
      const [darq = '', timer = ''] = partsOf(key)
      this.participant(darq)?.timers.arm(timer, decodeTimer(value))
    }
    for (const [row, value] of inbox) {
      const [darq = '', id] = partsOf(row)
      this.participant(darq)?.arrived({ id: `${Number(id)}`, timer: undefined, row, ...decodeWaiting(value) })
    }
    this.#outbox.start()
  }

  get isOpen(): boolean {
    return this.#open
  }

  definition(darq: string): Definition | undefined {
    return this.options.lives?.(darq) === false ? undefined : this.#participants.get(darq)
  }
  peer(darq: string): Peer | undefined {
    return this.definition(darq) === undefined ? this.#peers.get(darq) : undefined
  }
  knows(darq: string): boolean {
    return this.definition(darq) !== undefined || this.peer(darq) !== undefined
  }

  /** @returns the participant of that name; `undefined` when this host has none */
  participant(darq: string): TransactionalParticipant | undefined {
    const definition = this.definition(darq)
    let participant = this.#live.get(darq)
    if (participant === undefined && definition !== undefined) {
      participant = new TransactionalParticipant(darq, definition, this)
      this.#live.set(darq, participant)
    }
    return participant
  }

  effectKey(darq: string, id: string): string {
    // Of the epoch that took the message, whichever runs it.
    const epoch = Math.floor(Number.parseInt(id, 10) / ids_per_epoch)
    return `${this.options.name}#${this.owner.generation}/${epoch}/${darq}/${id}`
  }

  report(error: DarqError, where: string): void {
    this.options.onError?.(error, where)
  }

  after(wait_ms: number, run: () => void): () => void {
    const wake = this.clock.wake(this.clock.now_ms() + wait_ms, () => {
      this.#wakes.delete(wake)
      run()
    })
    this.#wakes.add(wake)
    return () => {
      this.#wakes.delete(wake)
      wake()
    }
  }

  transaction<T>(run: (rows: Rows) => Promise<T>, committed?: (result: T) => void): Promise<T> {
    return this.#open ? this.owner.transaction(run, committed) : Promise.reject(lost(undefined))
  }

  post(from: string, sent: readonly Sent[], writes: Writes): () => void {
    const posted = sent.map(({ to, bytes }) =>
      this.definition(to) === undefined
        ? this.#outbox.add(from, to, bytes, writes)
        : this.#put(to, to === from, bytes, writes).arrived,
    )
    return () => {
      for (const arrived of posted) arrived()
    }
  }

  /** Puts a message into an inbox here. */
  #put(to: string, fromSelf: boolean, bytes: Uint8Array, writes: Writes): { id: number; arrived: () => void } {
    this.#ids += 1
    const id = this.owner.epoch * ids_per_epoch + this.#ids
    const row = keyOf('inbox', to, ordinal(id))
    const value = encodeWaiting(fromSelf, bytes)
    writes.set(row, value)
    const message = { id: `${id}`, timer: undefined, row, ...decodeWaiting(value) }
    return { id, arrived: () => this.participant(to)?.arrived(message) }
  }

  /**
   * Takes messages `first`, `first + 1`, … of a producer, in one transaction; without a producer ('') they have no numbers.
   * Committed when it resolves.
   *
   * @throws {DarqError} `gap`, `unavailable`
   */
  async accept(to: string, producer: string, first: number, messages: readonly Uint8Array[]): Promise<Arrived> {
    const row = keyOf('expected', to, producer)
    const outcome = await this.transaction(
      async (rows) => {
        const expected = producer === '' ? first : whole(await rows.get(row), 1)
        if (first > expected) return { gap: expected }
        const duplicates = Math.min(messages.length, expected - first)
        const writes: Writes = new Map()
        const put = messages.slice(duplicates).map((bytes) => this.#put(to, false, bytes, writes))
        const next = producer === '' ? 0 : expected + put.length
        if (producer !== '' && put.length > 0) writes.set(row, encodePlainBytes(next))
        write(writes, rows)
        return { put, duplicates, expected: next }
      },
      (result) => {
        if ('gap' in result) return
        this.#counts.messages_accepted += result.put.length
        this.#counts.duplicates_refused += result.duplicates
        for (const { arrived } of result.put) arrived()
      },
    )
    if ('gap' in outcome) throw new DarqError('gap', { facts: { expected: outcome.gap, got: first, darq: to } })
    const { put, duplicates, expected } = outcome
    return { lsns: put.map(({ id }) => id), duplicates, expected }
  }

  /** The sequence that is expected next from this producer. */
  expected(to: string, producer: string): Promise<number> {
    return this.transaction(async (rows) => whole(await rows.get(keyOf('expected', to, producer)), 1))
  }

  async deliver({ to, channel, first, messages }: Delivery): Promise<number> {
    if (this.definition(to) === undefined) throw unknownAddress(to)
    this.#counts.frames_received += 1
    return (await this.accept(to, channel, first, messages)).expected
  }

  get counts(): HostCounts {
    let steps = 0
    for (const participant of this.#live.values()) steps += participant.steps
    const { counts, epoch } = this.owner
    return { ...this.#counts, ...counts, steps, frames_sent: this.#outbox.requests, epoch }
  }

  #end(reason: DarqError | undefined): void {
    if (!this.#open) return
    this.#open = false
    for (const wake of this.#wakes) wake()
    this.#wakes.clear()
    for (const participant of this.#live.values()) participant.stop(lost(reason))
    this.#stop(reason)
  }

  /** Lets what was asked for be committed, and the store go. */
  async close(): Promise<void> {
    if (!this.#open) return
    this.#end(undefined)
    await this.owner.close()
  }
}
