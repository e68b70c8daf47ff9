/**
 * Last on a message's path: arrive → deliver → step → commit → **send**.
 *
 * The sender's side of a channel to another host: it reads its own out records in order, says hello to learn what the
 * receiver expects, keeps one batch under way, and forgets a message only when the receiver has it committed. A message
 * leaves when at most K hosts could still revoke it; with K = 0, when it is committed.
 *
 * @module
 */
import type { Lsn } from '@darq/core'
import { DarqError } from '../error.ts'
import type { Channel } from './channel.ts'
import type { Dependency } from './dependency.ts'
import type { DependencyTracking } from './dependency-tracking.ts'
import type { HostEvent } from './event-log.ts'
import { type Ack, encodeFrame } from './frame.ts'
import { type HostId, partsOf } from './host-id.ts'
import { type Collected, OutQueue, type QueuingDarq, type Waiting } from './out-queue.ts'
import type { Standing } from './peer.ts'
import type { Questions } from './questions.ts'
import type { SendSchedule } from './send-schedule.ts'
import type { Speculation } from './speculation.ts'
import type { Clock, EngineLimits, Epoch, Version } from './types.ts'

const backoff_ms_min = 50
const backoff_ms_max = 5_000
/** A peer answers within 10 s or not at all; then the frame or its answer was lost. */
const answer_ms_max = 15_000

/** What a channel to another host needs of the DARQ that sends. */
export interface SendingDarq extends QueuingDarq {
  readonly name: string
  readonly host: {
    readonly id: HostId
    readonly epoch: Epoch
    readonly clock: Clock
    readonly random: () => number
    readonly limits: Pick<EngineLimits, 'channel_bytes_max'>
    readonly counts: { dependencies_sent: number }
    readonly standing: Standing
    readonly versions: { readonly committed: Version }
    readonly speculation: Pick<Speculation, 'open' | 'freeze' | 'unstable'>
    readonly tracking: Pick<DependencyTracking, 'mayLeave'>
    readonly sendSchedule: Pick<SendSchedule, 'soon' | 'whenCommitted'>
    readonly questions: Pick<Questions, 'ask' | 'owe'>
    readonly logEvent: ((what: HostEvent) => void) | undefined
    /** How many hosts may be able to revoke what leaves to this DARQ. */
    kOf(darq: string): number
    /** The address of the host of that name. */
    addressOf(host: string): string
    transmit(to: string, frame: Uint8Array, lost: (error: DarqError) => void): void
    report(error: DarqError, where: string): void
  }
  versionOf(lsn: Lsn): Version
}

export class RemoteChannel implements Channel {
  readonly to: string
  readonly #darq: SendingDarq
  readonly #address: string
  readonly #queue: OutQueue
  /** How many hosts may be able to revoke what leaves. */
  readonly #k: number
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
  /** The sequence behind the frame that waits for its answer. */
  #underWay: number | undefined
  #backoff_ms = backoff_ms_min
  #timer: (() => void) | undefined
  /** All is sent and examined, and the timer asks whether it is committed. */
  #isResting = false
  /** The peer contradicts what it had committed: nothing can be sent any more without breaking a promise. */
  #broken = false

  constructor(darq: SendingDarq, to: string, address: string) {
    this.to = to
    this.#darq = darq
    this.#address = address
    this.#queue = new OutQueue(darq)
    this.#k = darq.host.kOf(to)
  }

  get abroad(): number {
    return this.#queue.length
  }

  push(lsn: Lsn, gated: boolean): void {
    const { host } = this.#darq
    this.#add(lsn, gated)
    // All before the first of this life was acknowledged, so that it was sent.
    if (this.#sentEnd === 0) this.#sentEnd = this.#queue.first
    if (gated || this.#k === 0) host.sendSchedule.whenCommitted(this)
    else host.sendSchedule.soon(this)
  }

  recover(lsn: Lsn, gated: boolean): void {
    this.#add(lsn, gated)
    this.#sentEnd = this.#queue.end
  }

  #add(lsn: Lsn, gated: boolean): void {
    this.#queue.push({ lsn, version: this.#darq.versionOf(lsn), gated })
  }

  sendReady(): void {
    if (this.#underWay !== undefined || this.#broken || this.#queue.length === 0) return
    const next = this.#queue.at(this.#examined ? this.#cursor : this.#queue.first)
    // A timer that only asks again holds nothing back that is new.
    if (this.#timer && !(this.#isResting && next !== undefined)) return
    const { host } = this.#darq
    const may = this.#mayLeave()
    if (next !== undefined && !may(next)) {
      host.sendSchedule.whenCommitted(this)
      if (this.#k > 0 && !next.gated) host.questions.ask('promised')
    } else if (!this.#examined) this.#hello(this.#queue.first)
    else if (next !== undefined) this.#sendBatch(may)
    // All is sent, but the peer has not committed it: ask again later.
    else if (this.#cursor > this.#queue.first) {
      this.#wait(() => this.#hello(this.#cursor))
      this.#isResting = true
    }
  }

  /** A version may be revoked by more hosts than the one before it, never by fewer: so it is asked once for each. */
  #mayLeave(): (waiting: Waiting) => boolean {
    const { host } = this.#darq
    let asked = host.versions.committed
    let may = true
    return ({ version, gated }) => {
      if (version <= host.versions.committed) return true
      if (gated) return false
      if (version > asked) {
        asked = version
        may &&= host.tracking.mayLeave(version, this.#k)
      }
      return may
    }
  }

  #sendBatch(may: (waiting: Waiting) => boolean): void {
    const { host } = this.#darq
    this.#settle()
    const batch = this.#queue.collect(this.#cursor, host.limits.channel_bytes_max, may)
    // From here on the version is named: what it depends on must not change any more.
    if (batch.version === host.speculation.open) host.speculation.freeze()
    const { first, count, version } = batch
    host.logEvent?.({ kind: 'sent', version, from: this.#darq.name, to: this.to, first, count })
    this.#send(batch, host.speculation.unstable(batch.version))
    if (batch.version > host.versions.committed) host.questions.owe(this.#address, this.#peer, batch.version)
  }

  #hello(next: number): void {
    this.#send({ messages: new Uint8Array(0), first: next, count: 0, version: 0 as Version }, [])
  }

  #send({ messages, first, count, version }: Collected, dependencies: readonly Dependency[]): void {
    const { host } = this.#darq
    const frame = encodeFrame({
      type: 'data',
      ...host.standing,
      from: this.#darq.name,
      to: this.to,
      addressee: this.#peer,
      first,
      version,
      dependencies,
      messages,
      count,
    })
    host.counts.dependencies_sent += dependencies.length
    this.#sentEnd = Math.max(this.#sentEnd, first + count)
    this.#underWay = first + count
    this.#timer = host.clock.wake(host.clock.now_ms() + answer_ms_max, () => this.#lost())
    host.transmit(this.#address, frame, (error) => {
      if (!error.retryable) host.report(error, `${this.#darq.name} → ${this.to}`)
      this.#lost()
    })
  }

  /** The frame or its answer is lost, or the receiver has no room: what it has is unknown, so it is asked, after a while. */
  #lost(): void {
    if (this.#underWay === undefined) return
    this.#settle()
    this.#examined = false
    this.#wait(() => this.sendReady())
  }

  #settle(): void {
    this.#underWay = undefined
    this.#isResting = false
    this.#timer?.()
    this.#timer = undefined
  }

  #wait(run: () => void): void {
    const { clock, random } = this.#darq.host
    const wait_ms = this.#backoff_ms * (0.5 + random())
    this.#backoff_ms = Math.min(this.#backoff_ms * 2, backoff_ms_max)
    this.#timer = clock.wake(clock.now_ms() + wait_ms, () => {
      this.#timer = undefined
      this.#isResting = false
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
    const progress = !this.#examined || ack.committed > this.#queue.first || ack.expected > this.#cursor
    const isAnswer = ack.answers === this.#underWay
    this.#peer = ack.host
    this.#peerEpoch = ack.epoch
    this.#queue.acknowledge(ack.committed)
    if (progress) this.#backoff_ms = backoff_ms_min
    // Unasked, or late: what is under way has not arrived there yet.
    if (isAnswer || (this.#underWay === undefined && this.#examined)) this.#next(ack.expected, isAnswer && !progress)
    else this.#cursor = Math.max(this.#cursor, this.#queue.first)
  }

  /** @param refused the peer took nothing of what came: what it comes from is lost, or something is missing before it */
  #next(expected: number, refused: boolean): void {
    this.#settle()
    this.#examined = true
    const isBehind = expected < this.#cursor
    this.#cursor = Math.max(expected, this.#queue.first)
    if (refused && !isBehind && this.#queue.at(this.#cursor) !== undefined) this.#wait(() => this.sendReady())
    else this.sendReady()
  }

  /** What was on its way there may be gone: ask at once what is left. Who has not said yet who it is, is known by its address. */
  restarted(peer: string): void {
    const isMeant = this.#peer === '' ? this.#isAddressOf(peer) : peer === this.#peer
    if (!isMeant || this.#broken) return
    this.#settle()
    this.#examined = false
    this.#backoff_ms = backoff_ms_min
    this.sendReady()
  }

  #isAddressOf(peer: string): boolean {
    return this.#darq.host.addressOf(partsOf(peer).name) === this.#address
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
    if (this.#underWay !== undefined || this.#broken) return
    this.#settle()
    this.#backoff_ms = backoff_ms_min
    this.sendReady()
  }

  close(): void {
    this.#settle()
    this.#broken = true
  }
}
