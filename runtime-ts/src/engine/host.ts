/**
 * One host: one storage, one commit loop, its DARQs. One life of it: from `openEngine` until it stops.
 *
 * @module
 */
import type { Core, VectorsMaker } from '@darq/core'
import { DarqError, tell } from '../error.ts'
import type { Claimed, Durability, Opened } from '../storage/contract.ts'
import { GroupCommit } from './commit.ts'
import type { LiveDarq } from './darq.ts'
import { Darqs } from './darqs.ts'
import { Delivery } from './delivery.ts'
import type { Dependency } from './dependency.ts'
import { DependencyTracking } from './dependency-tracking.ts'
import { eventReporter, type HostEvent } from './event-log.ts'
import { EncodedNames, type HostId, hostId, partsOf } from './host-id.ts'
import type { Lineage } from './lineage.ts'
import { Peers, type Standing } from './peer.ts'
import { PeerDurability } from './peer-durability.ts'
import { Questions } from './questions.ts'
import { Receiver } from './receive.ts'
import type { Recovered, Rollback } from './recovery.ts'
import { SendSchedule } from './send-schedule.ts'
import { Speculation } from './speculation.ts'
import { Timers } from './timers.ts'
import type { Clock, Engine, EngineCounts, EngineLimits, EngineOptions, Epoch, Version } from './types.ts'
import { Versions } from './versions.ts'

export const limits_default: EngineLimits = {
  log_bytes_max: 64 * 1024 * 1024,
  message_bytes_max: 1024 * 1024,
  producers_max: 1_000_000,
  producer_idle_ms: 30 * 24 * 60 * 60 * 1000,
  keys_max: 65_536,
  key_age_ms: 24 * 60 * 60 * 1000,
  darqs_max: 10_000,
  frame_bytes_max: 4 * 1024 * 1024,
  channel_bytes_max: 256 * 1024,
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Peers who are told at once of a rollback; the others ask. */
const told_max = 256

export class LiveHost implements Engine {
  readonly name: string
  readonly generation: string
  readonly id: HostId
  readonly epoch: Epoch
  /** As it was when this epoch began. */
  readonly lineage: Lineage
  readonly durability: Durability
  readonly versions: Versions
  readonly speculation: Speculation
  readonly peers: Peers
  readonly tracking: DependencyTracking
  readonly questions: Questions
  readonly peerDurability = new PeerDurability()
  readonly delivery: Delivery
  readonly sendSchedule = new SendSchedule(this)
  /** Tells what happens; `undefined` when there is no listener. */
  readonly logEvent: ((what: HostEvent) => void) | undefined
  readonly clock: Clock
  readonly random: () => number
  readonly limits: EngineLimits
  readonly timers: Timers
  readonly counts: Mutable<EngineCounts> = {
    messages_accepted: 0,
    duplicates_refused: 0,
    steps: 0,
    commits: 0,
    committed_bytes: 0,
    frames_sent: 0,
    frames_received: 0,
    questions_asked: 0,
    dependencies_sent: 0,
  }
  readonly stopped: Promise<DarqError | undefined>
  /** In-messages not consumed, out-messages not acknowledged, over all DARQs. */
  waiting = 0
  unacknowledged = 0
  #state: 'running' | 'closing' | 'stopped' = 'running'
  #stopReason: DarqError | undefined
  readonly #stop: (reason: DarqError | undefined) => void
  readonly #options: EngineOptions
  readonly #storage: Claimed
  readonly #darqs: Darqs
  readonly #commit: GroupCommit
  readonly #receiver = new Receiver(this)
  readonly #ids = new EncodedNames()
  /** What the next life goes on with, after a rollback. */
  #remains: Remains | undefined

  constructor(options: EngineOptions, opened: Opened, storage: Claimed, epoch: Epoch, found: Found) {
    const { recovered, makers, remains } = found
    this.#options = options
    this.#storage = storage
    this.name = options.name
    this.generation = opened.generation
    this.id = hostId(options.name, opened.generation)
    this.epoch = epoch
    this.lineage = recovered.lineage
    this.durability = options.storage.durability
    this.clock = options.clock
    this.random = options.random
    this.limits = { ...limits_default, ...options.limits }
    this.logEvent = eventReporter(options.onEvent, this)
    this.peers = remains?.peers ?? new Peers(options.isSingleton)
    this.speculation = new Speculation(makers.vectors, (recovered.committed + 1) as Version)
    this.tracking = new DependencyTracking(this, this.#receiver)
    this.tracking.recovered(recovered)
    const { last } = recovered.lineage
    this.versions = new Versions(last, this.speculation.committed(last))
    remains?.versions.follow(this.versions)
    this.logEvent?.({ kind: 'opened', found: last, committed: this.versions.committed })
    this.timers = new Timers(this.clock, (error, where) => this.report(error, where))
    this.questions = new Questions(this)
    this.delivery = new Delivery(this, options.processor, () => {
      this.sendSchedule.leave()
      this.#commit.turn()
    })
    this.#darqs = new Darqs(this, makers.core)
    this.#commit = new GroupCommit(this, storage, recovered.committed)
    const { promise, resolve } = Promise.withResolvers<DarqError | undefined>()
    this.stopped = promise
    this.#stop = resolve
    this.#recover(recovered)
  }

  #recover({ cores, commits, unsettled }: Recovered): void {
    const { committed } = this.versions
    for (const [name, core] of cores) this.#darqs.found(name, core)
    // Which version is a log's newest decides what may be truncated: that of all of it, not of what was read so far.
    for (const { version, parts } of commits.flatMap(({ versions }) => versions))
      for (const { name } of parts) this.localDarq(name).newest = version
    for (const commit of commits) this.#commit.recovered(commit, (name) => this.localDarq(name), committed)
    this.#receiver.recovered(unsettled, committed)
    for (const darq of this.#darqs.all) {
      darq.recovered()
      this.trim(darq)
      if (darq.waiting > 0) this.delivery.soon(darq)
    }
    this.clock.soon(() => {
      if (!this.running) return
      this.retry()
      this.questions.ask()
      // After a rollback: they need not wait for a timer to learn what is gone, or that their frames are.
      for (const host of this.peers.newest(told_max)) this.questions.answer(this.addressOf(partsOf(host).name), host)
    })
  }

  get durableVersion(): Version {
    return this.versions.durable
  }
  get committedVersion(): Version {
    return this.versions.committed
  }
  get running(): boolean {
    return this.#state !== 'stopped'
  }
  get names(): readonly string[] {
    return this.#darqs.names
  }
  get backlog(): Readonly<Record<string, number>> {
    const sums = new Map<string, number>()
    for (const darq of this.#darqs.all)
      for (const { to, abroad = 0 } of darq.channels) if (abroad > 0) sums.set(to, (sums.get(to) ?? 0) + abroad)
    return Object.fromEntries(sums)
  }

  /** @throws {DarqError} `closed`, or why the host has stopped */
  assertRunning(): void {
    if (this.#state === 'running') return
    const cause = this.#stopReason
    throw new DarqError(cause?.code ?? 'closed', {
      message: `the host has stopped: ${cause?.message ?? 'closed'}`,
      cause,
    })
  }

  darq(name: string): LiveDarq {
    const darq = this.localDarq(name)
    this.delivery.attached(darq)
    return darq
  }

  existing(name: string): LiveDarq | undefined {
    return this.#darqs.existing(name)
  }

  /** The DARQ of that name, made when it is new. Without a processor as yet. */
  localDarq(name: string): LiveDarq {
    this.assertRunning()
    return this.#darqs.local(name)
  }

  route(darq: string): string | undefined {
    return this.#options.route?.(darq)
  }

  idBytes(name: string): Uint8Array {
    return this.#ids.of(name)
  }

  /** Messages are delivered, and steps made. */
  get delivers(): boolean {
    return this.#state === 'running'
  }

  /**
   * Drops what a log needs no more, outside of any commit: after recovery, and when out-messages were acknowledged, nothing
   * need ever be appended again, least of all to a full log. Only when all of it is durable: what was consumed since may be
   * undone.
   */
  trim(darq: LiveDarq): void {
    if (darq.newest <= this.versions.committed) this.#commit.truncate(darq, darq.core.head)
  }

  /** Something is accepted that is not durable. */
  get dirty(): boolean {
    return this.#commit.busy
  }

  /** The open version has something in it. */
  get hasGrown(): boolean {
    return this.#commit.hasGrown
  }

  /** Closes the open version. */
  seal(): void {
    this.#commit.seal()
  }

  commitSoon(darq: LiveDarq): void {
    this.#commit.soon(darq)
  }

  /** Versions up to this one are durable: peers who asked are told, and what is committed by that goes on. */
  durable(version: Version): void {
    this.versions.advanceDurable(version)
    this.logEvent?.({ kind: 'durable', version })
    this.questions.tell(version)
    this.settle()
  }

  /** Everything that waited for what is committed now goes on. */
  settle(): void {
    const committed = this.speculation.committed(this.versions.durable)
    if (committed > this.versions.committed) {
      this.versions.advanceCommitted(committed)
      this.logEvent?.({ kind: 'committed', version: committed })
      this.#commit.committed(committed)
      this.sendSchedule.committed(committed)
    }
    this.sendSchedule.unblock()
    // Last: what has just left brings the news along.
    if (this.running) this.questions.settle()
  }

  /** What a host says of itself in each frame. */
  get standing(): Standing {
    const settled = this.versions.committed
    return { host: this.id, epoch: this.epoch, settled, lineage: this.lineage, durable: this.versions.durable }
  }

  addressOf(host: string): string {
    return this.#options.peer?.(host) ?? host
  }

  /** How many hosts may be able to revoke what leaves to this DARQ. */
  kOf(darq: string): number {
    const { k = 0 } = this.#options
    return typeof k === 'number' ? k : k(darq)
  }

  seen(): readonly Dependency[] {
    return this.tracking.seen()
  }

  unsettled(states: readonly Dependency[]): readonly Dependency[] {
    return this.tracking.unsettled(states)
  }

  /** A peer has begun a new life: what was on its way there may be gone. */
  restarted(peer: string): void {
    for (const darq of this.#darqs.all) for (const channel of darq.channels) channel.restarted?.(peer)
  }

  /** Ends this life; the next one goes on from version `to`. */
  goBack(to: Version, why: string): void {
    if (this.#state === 'stopped') return
    const error = new DarqError('withdrawn', { message: `${this.id} goes back to version ${to}: ${why}` })
    this.#halt(error)
    this.versions.withdraw(to, error)
    void this.#commit.settled().then(async () => {
      const { epoch, versions, peers } = this
      // A commit that failed ends it all: what it wrote is unknown.
      if (this.#stopReason === error)
        this.#remains = { rollback: { epoch, to, tail: this.#commit.remains(to) }, versions, peers }
      else versions.fail(this.#stopReason ?? error)
      await this.#storage.close()
      this.#stop(this.#stopReason)
    })
  }

  /** For the next life, once: what this one leaves when it goes back. */
  takeRemains(): Remains | undefined {
    const remains = this.#remains
    this.#remains = undefined
    return remains
  }

  transmit(to: string, frame: Uint8Array, lost: (error: DarqError) => void): void {
    this.counts.frames_sent += 1
    this.questions.brought(to)
    const failed = (error: unknown) => {
      if (this.#state !== 'stopped')
        lost(error instanceof DarqError ? error : new DarqError('unavailable', { cause: error }))
    }
    try {
      const sent = this.#options.transport?.send(to, frame)
      if (sent) sent.catch(failed)
      else if (!this.#options.transport) failed(new DarqError('unavailable', { message: `there is no way to ${to}` }))
    } catch (error) {
      failed(error)
    }
  }

  receive(from: string, frame: Uint8Array): void {
    this.assertRunning()
    this.counts.frames_received += 1
    this.#receiver.receive(from, frame)
  }

  retry(): void {
    for (const darq of this.#darqs.all) for (const channel of darq.channels) channel.retry()
  }

  report(error: DarqError, where: string): void {
    tell(this.#options.onError, error, where)
  }

  fencedError(message: string): DarqError {
    return new DarqError('fenced', { retryable: false, message })
  }

  async close(): Promise<void> {
    if (this.#state !== 'running') {
      await this.stopped
      return
    }
    this.#state = 'closing'
    await this.#commit.flush()
    this.#end(undefined)
    await this.stopped
  }

  abandon(reason: DarqError): void {
    this.#end(reason)
  }

  /** The storage failed: the outcome of the commit in flight is unknown, so this life of the host ends. */
  fail(cause: unknown): void {
    const reason = cause instanceof DarqError ? cause : new DarqError('storage', { cause })
    // A rollback that waits for this commit must know.
    if (this.#state === 'stopped' && this.#stopReason?.code === 'withdrawn') this.#stopReason = reason
    this.#end(reason)
  }

  #end(reason: DarqError | undefined): void {
    if (this.#state === 'stopped') return
    const error = reason ?? new DarqError('closed', { message: 'the host was closed' })
    this.#halt(error)
    this.logEvent?.(reason ? { kind: 'stopped', code: reason.code, message: reason.message } : { kind: 'closed' })
    this.versions.fail(error)
    void this.#storage.close().then(() => this.#stop(reason))
  }

  /** Nothing more is taken, delivered or sent. */
  #halt(error: DarqError): void {
    this.#state = 'stopped'
    this.#stopReason = error
    this.timers.stop()
    this.questions.stop()
    this.#commit.stop()
    for (const darq of this.#darqs.all) {
      for (const channel of darq.channels) channel.close()
      darq.detach(error)
    }
    this.sendSchedule.stop()
  }
}

/** What a life that went back leaves to the next one. */
export interface Remains {
  readonly rollback: Rollback
  readonly versions: Versions
  readonly peers: Peers
}

export interface Makers {
  readonly core: () => Core
  readonly vectors: VectorsMaker
}

/** What a life begins with. */
export interface Found {
  readonly recovered: Recovered
  readonly makers: Makers
  readonly remains: Remains | undefined
}
