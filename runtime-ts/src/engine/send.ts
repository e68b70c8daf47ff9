/**
 * Last on a message's path: arrive → deliver → step → commit → **send**.
 *
 * The sender's side of a channel to another host: it reads its own out records in order, says hello to learn what the
 * receiver expects, keeps one batch under way, and forgets a message only when the receiver has it committed.
 *
 * @module
 */
import type { Lsn } from '@darq/core'
import { DarqError } from '../error.ts'
import type { LiveDarq } from './darq.ts'
import { type Ack, encodeFrame } from './frame.ts'
import { type Channel, OutQueue } from './out-queue.ts'
import type { Epoch, Version } from './types.ts'

const backoff_ms_min = 50
const backoff_ms_max = 5_000
/** A peer answers within 10 s or not at all; then the frame or its answer was lost. */
const answer_ms_max = 15_000

export class RemoteChannel implements Channel {
  readonly to: string
  readonly #darq: LiveDarq
  readonly #address: string
  readonly #queue: OutQueue
  /** The peer's host id; '' before its first answer. */
  #peer = ''
  /** The newest epoch of the peer that has answered. */
  #peerEpoch = 0 as Epoch
  /** The receiver has examined the present epoch, so that its numbers mean something. */
  #examined = false
  /** Sequence of the next message to send. */
  #cursor = 0
  /** The sequence behind all that was sent: by this life, or by an older one, which may have sent what it left in the log. */
  #sentEnd = 0
  #underWay = false
  #backoff_ms = backoff_ms_min
  #timer: (() => void) | undefined
  /** The peer contradicts what it had committed: nothing can be sent any more without breaking a promise. */
  #broken = false

  constructor(darq: LiveDarq, to: string, address: string) {
    this.to = to
    this.#darq = darq
    this.#address = address
    this.#queue = new OutQueue(darq)
  }

  push(lsn: Lsn, _gated: boolean): void {
    this.#add(lsn)
    // All before the first of this life was acknowledged, so that it was sent.
    if (this.#sentEnd === 0) this.#sentEnd = this.#queue.first
    this.#darq.host.offerWhenCommitted(this)
  }

  recover(lsn: Lsn): void {
    this.#add(lsn)
    this.#sentEnd = this.#queue.end
  }

  #add(lsn: Lsn): void {
    const { versions } = this.#darq.host
    const version = lsn < this.#darq.grades.durable ? versions.durable : versions.open
    this.#queue.push({ lsn, version, gated: true })
  }

  offer(): void {
    if (this.#underWay || this.#timer || this.#broken || this.#queue.length === 0) return
    const { host } = this.#darq
    const committed = host.versions.committed
    // Pessimistic (K = 0): only what is committed leaves. The first of the queue decides whether there is anything to say.
    if ((this.#queue.at(this.#queue.first)?.version ?? committed + 1) > committed) return
    if (!this.#examined) {
      this.#hello(this.#queue.first)
      return
    }
    const batch = this.#queue.collect(this.#cursor, host.limits.channel_bytes_max, (out) => out.version <= committed)
    if (batch.count > 0) this.#send(batch.messages, batch.first, batch.count, batch.version)
    // All is sent, but the peer has not committed it: ask again later.
    else if (this.#cursor > this.#queue.first) this.#wait(() => this.#hello(this.#cursor))
  }

  #hello(next: number): void {
    this.#send(new Uint8Array(0), next, 0, 0 as Version)
  }

  #send(messages: Uint8Array, first: number, count: number, version: Version): void {
    const { host } = this.#darq
    const { id, epoch, lineage } = host
    const frame = encodeFrame({
      type: 'data',
      host: id,
      epoch,
      lineage,
      from: this.#darq.name,
      to: this.to,
      addressee: this.#peer,
      first,
      version,
      messages,
      count,
    })
    this.#sentEnd = Math.max(this.#sentEnd, first + count)
    this.#underWay = true
    this.#timer = host.clock.wake(host.clock.now_ms() + answer_ms_max, () => this.#lost())
    host.transmit(this.#address, frame, (error) => {
      if (!error.retryable) host.report(error, `${this.#darq.name} → ${this.to}`)
      this.#lost()
    })
  }

  /** The frame or its answer is lost, or the receiver has no room: what it has is unknown, so it is asked, after a while. */
  #lost(): void {
    if (!this.#underWay) return
    this.#settle()
    this.#examined = false
    this.#wait(() => this.offer())
  }

  #settle(): void {
    this.#underWay = false
    this.#timer?.()
    this.#timer = undefined
  }

  #wait(run: () => void): void {
    const { clock, random } = this.#darq.host
    const wait_ms = this.#backoff_ms * (0.5 + random())
    this.#backoff_ms = Math.min(this.#backoff_ms * 2, backoff_ms_max)
    this.#timer = clock.wake(clock.now_ms() + wait_ms, () => {
      this.#timer = undefined
      run()
    })
  }

  /** An answer that is not for this epoch of this host is passed over. */
  answered(ack: Ack): void {
    const { host } = this.#darq
    if (ack.echo !== host.epoch || ack.addressee !== host.id || this.#broken) return
    // Overtaken by a later answer: within an epoch, what is expected only grows.
    if (ack.host === this.#peer && ack.epoch <= this.#peerEpoch && ack.expected < this.#queue.first) return
    const broken = this.#contradiction(ack)
    if (broken) {
      this.#break(broken)
      return
    }
    const news = !this.#examined || ack.committed > this.#queue.first
    this.#settle()
    this.#peer = ack.host
    this.#peerEpoch = ack.epoch
    this.#examined = true
    this.#queue.acknowledge(ack.committed)
    this.#cursor = Math.max(ack.expected, this.#queue.first)
    if (news) this.#backoff_ms = backoff_ms_min
    this.offer()
  }

  /**
   * The peer's storage went back in time, or away (G10). Exactly-once across that can't be kept, so nothing is guessed.
   * What nobody has sent can't be expected, whatever has been appended since: it would be dropped as a repeat.
   */
  #contradiction({ host, expected }: Ack): DarqError | undefined {
    const facts = { channel: `${this.#darq.name} → ${this.to}` }
    const { first } = this.#queue
    const end = this.#sentEnd
    if (this.#peer !== '' && host !== this.#peer)
      return new DarqError('peer_lost', { facts: { ...facts, expected: this.#peer, got: host } })
    if (expected >= first && expected <= end) return undefined
    return new DarqError('peer_rewound', {
      facts: { ...facts, expected: `a sequence from ${first} to ${end}`, got: expected },
    })
  }

  #break(error: DarqError): void {
    this.#settle()
    this.#broken = true
    this.#darq.host.report(error, this.to)
  }

  retry(): void {
    if (this.#underWay || this.#broken) return
    this.#timer?.()
    this.#timer = undefined
    this.#backoff_ms = backoff_ms_min
    this.offer()
  }

  close(): void {
    this.#settle()
    this.#broken = true
  }
}
