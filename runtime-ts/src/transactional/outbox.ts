/**
 * Messages for other hosts: numbered and stored with the step that sends them, delivered by requests that are repeated until
 * one succeeds, and told apart there by their number.
 *
 * @module
 */

import { ownError } from '../crest/wire/failure.ts'
import type { Link } from '../crest/wire/link.ts'
import { encodePlainBytes } from '../crest/wire/plain.ts'
import { DarqError } from '../error.ts'
import type { ParticipantContext } from './participant-context.ts'
import { below, keyOf, ordinal, partsOf, type Writes, whole } from './row.ts'
import type { Rows } from './store.ts'

/** One request from host to host. Plain data: whoever puts it on a network writes it down as he likes. */
export interface Delivery {
  readonly to: string
  /** Names the channel: the sender's host, its generation, and the DARQ there. */
  readonly channel: string
  /** Of the first message; the others follow it without gaps. */
  readonly first: number
  readonly messages: readonly Uint8Array[]
}

/** The way to another transactional host. */
export interface Peer {
  /** For clients. */
  readonly link: Link
  /**
   * Resolves with the sequence that is expected next, when everything before it is committed.
   *
   * @throws {DarqError} `unknown_address`, `gap`, or why the outcome is unknown: it is sent again
   */
  deliver(delivery: Delivery): Promise<number>
}

const messages_max = 256
const backoff_ms = 100
const backoff_max_ms = 10_000

interface Channel {
  readonly from: string
  readonly to: string
  next: number
  /** Not yet known to be there, in order. */
  readonly waiting: { readonly sequence: number; readonly bytes: Uint8Array }[]
  sending: boolean
  failures: number
}

export class Outbox {
  /** Requests, since the host was opened. */
  requests = 0
  readonly #channels = new Map<string, Channel>()
  readonly #context: ParticipantContext
  readonly #peer: (darq: string) => Peer | undefined
  readonly #channelId: (from: string) => string

  constructor(
    context: ParticipantContext,
    peer: (darq: string) => Peer | undefined,
    channelId: (from: string) => string,
  ) {
    this.#context = context
    this.#peer = peer
    this.#channelId = channelId
  }

  async load(rows: Rows): Promise<void> {
    for (const [key, value] of await rows.list(below('channel'))) {
      const [from = '', to = ''] = partsOf(key)
      this.#channel(from, to).next = whole(value, 1)
    }
    for (const [key, bytes] of await rows.list(below('outbox'))) {
      const [from = '', to = '', sequence] = partsOf(key)
      this.#channel(from, to).waiting.push({ sequence: Number(sequence), bytes })
    }
  }

  #channel(from: string, to: string): Channel {
    const key = keyOf('channel', from, to)
    let channel = this.#channels.get(key)
    if (channel === undefined) {
      channel = { from, to, next: 1, waiting: [], sending: false, failures: 0 }
      this.#channels.set(key, channel)
    }
    return channel
  }

  /** Adds a message to a transaction's writes. @returns what to do when it is committed */
  add(from: string, to: string, bytes: Uint8Array, writes: Writes): () => void {
    const channel = this.#channel(from, to)
    const sequence = channel.next
    channel.next += 1
    writes.set(keyOf('outbox', from, to, ordinal(sequence)), bytes)
    writes.set(keyOf('channel', from, to), encodePlainBytes(channel.next))
    return () => {
      channel.waiting.push({ sequence, bytes })
      void this.#send(channel)
    }
  }

  /** Sends what waited when the host was opened. */
  start(): void {
    for (const channel of this.#channels.values()) void this.#send(channel)
  }

  async #send(channel: Channel): Promise<void> {
    if (channel.sending) return
    channel.sending = true
    while (channel.waiting.length > 0 && this.#context.isOpen) {
      try {
        await this.#sendSome(channel)
        channel.failures = 0
      } catch (thrown) {
        if (!this.#context.isOpen) return
        this.#context.report(ownError(thrown), `${channel.from} → ${channel.to}`)
        const wait_ms = Math.min(backoff_max_ms, backoff_ms * 2 ** channel.failures)
        channel.failures += 1
        await new Promise<void>((resolve) => this.#context.after(wait_ms, resolve))
      }
    }
    channel.sending = false
  }

  async #sendSome({ from, to, waiting }: Channel): Promise<void> {
    const peer = this.#peer(to)
    if (peer === undefined) throw new DarqError('unknown_address', { facts: { expected: 'a route', got: to } })
    const batch = waiting.slice(0, messages_max)
    const delivery = { to, channel: this.#channelId(from), first: batch[0]?.sequence ?? 1 }
    this.requests += 1
    const expected = await peer.deliver({ ...delivery, messages: batch.map(({ bytes }) => bytes) })
    const there = batch.filter(({ sequence }) => sequence < expected)
    await this.#context.transaction(
      async (rows) => {
        for (const { sequence } of there) rows.delete(keyOf('outbox', from, to, ordinal(sequence)))
      },
      () => void waiting.splice(0, there.length),
    )
  }
}
