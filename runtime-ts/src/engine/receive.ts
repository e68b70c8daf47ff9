/**
 * A frame of another host: the receiver's side of its channels, and the acks to one's own.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import { arrive } from './arrive.ts'
import type { LiveDarq } from './darq.ts'
import { type Ack, type Data, decodeFrame, encodeFrame } from './frame.ts'
import type { LiveHost } from './host.ts'
import { channelId } from './host-id.ts'
import type { Epoch, Version } from './types.ts'

/** Sequences that arrived but are not committed: from which one on, per version. */
interface Uncommitted {
  readonly version: Version
  readonly first: number
}

const peers_max = 10_000
const encoder = new TextEncoder()

export class Receiver {
  readonly #host: LiveHost
  /** The newest epoch examined of each peer. */
  readonly #peers = new Map<string, Epoch>()
  /** Per channel: a DARQ may have one to each of several here. */
  readonly #uncommitted = new Map<string, Uncommitted[]>()

  constructor(host: LiveHost) {
    this.#host = host
  }

  /** @throws {DarqError} `bad_frame`, `too_large`, `newer_format`, `unknown_address`, `fenced`, `backpressure`; nothing changed then */
  receive(from: string, bytes: Uint8Array): void {
    const frame = decodeFrame(bytes, this.#host.limits.frame_bytes_max)
    this.#examine(frame.host, frame.epoch)
    if (frame.type === 'ack') this.#host.existing(frame.to)?.channel(frame.from).answered?.(frame)
    else this.#data(from, frame)
  }

  /** Nothing of an older epoch is read once a newer one is known. (Without speculation there is nothing to roll back.) */
  #examine(host: string, epoch: Epoch): void {
    const known = this.#peers.get(host)
    if (known !== undefined && epoch < known)
      throw new DarqError('fenced', { retryable: false, facts: { expected: `epoch ${known} of ${host}`, got: epoch } })
    // The longest known goes first; what a forgotten epoch could still send was committed there, and is a duplicate here.
    this.#peers.delete(host)
    this.#peers.set(host, epoch)
    if (this.#peers.size > peers_max) for (const oldest of this.#peers.keys()) return void this.#peers.delete(oldest)
  }

  #data(from: string, frame: Data): void {
    const host = this.#host
    const producer = encoder.encode(channelId(frame.host, frame.from))
    const channel = `${frame.host}/${frame.from} ${frame.to}`
    const answer = () => this.#answer(from, frame, producer, channel)
    const darq = host.localDarq(frame.to)
    // Meant for a generation that is gone, or nothing but a question: say who one is and what is expected.
    if (frame.addressee !== host.id || frame.count === 0 || !this.#take(darq, frame, producer, channel)) {
      answer()
      return
    }
    const uncommitted = this.#uncommitted.get(channel)?.at(-1)
    if (uncommitted) host.atCommitted(uncommitted.version, answer)
    else answer()
  }

  /** @returns false for a gap: the answer says what is expected */
  #take(darq: LiveDarq, frame: Data, producer: Uint8Array, channel: string): boolean {
    try {
      const { version, lsns, expected } = arrive(darq, {
        producer,
        first: frame.first,
        originEpoch: frame.epoch,
        originVersion: frame.version,
        messages: frame.messages,
      })
      if (lsns.length > 0) this.#arrived(channel, version, expected - lsns.length)
      return true
    } catch (error) {
      if (error instanceof DarqError && error.code === 'gap') return false
      throw error
    }
  }

  #arrived(channel: string, version: Version, first: number): void {
    const rows = this.#uncommitted.get(channel)
    if (!rows) this.#uncommitted.set(channel, [{ version, first }])
    else if (rows.at(-1)?.version !== version) rows.push({ version, first })
  }

  #answer(to: string, { host: peer, epoch, from, to: name }: Data, producer: Uint8Array, channel: string): void {
    const { id, versions, lineage } = this.#host
    const expected = this.#host.localDarq(name).expected(producer)
    const rows = this.#uncommitted.get(channel)
    while (rows?.[0] && rows[0].version <= versions.committed) rows.shift()
    if (rows?.length === 0) this.#uncommitted.delete(channel)
    const ack: Ack = {
      type: 'ack',
      host: id,
      epoch: this.#host.epoch,
      lineage,
      from: name,
      to: from,
      addressee: peer,
      echo: epoch,
      expected,
      committed: rows?.[0]?.first ?? expected,
    }
    this.#host.transmit(to, encodeFrame(ack), (error) => this.#host.report(error, `answer to ${peer}`))
  }
}
