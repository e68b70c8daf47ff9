/**
 * One host: one storage, one commit loop, its DARQs. One life of it: from `openEngine` until it stops.
 *
 * @module
 */
import type { Core, CoreMaker } from '@darq/core'
import { DarqError } from '../error.ts'
import type { Claimed, Durability, Opened } from '../storage/contract.ts'
import { GroupCommit } from './commit.ts'
import { LiveDarq } from './darq.ts'
import { checkDarqName, type HostId, hostId } from './host-id.ts'
import { type Lineage, nextEpoch } from './lineage.ts'
import type { Channel } from './out-queue.ts'
import { Receiver } from './receive.ts'
import { type Recovered, recover } from './recovery.ts'
import { Timers } from './timers.ts'
import type { Clock, Engine, EngineCounts, EngineLimits, EngineOptions, Epoch, Processor, Version } from './types.ts'
import { Versions } from './versions.ts'

const defaults: EngineLimits = {
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

const encoder = new TextEncoder()
const claim_tries_max = 8
const id_cache_max = 10_000
const processor_retry_ms = 100
const processor_retry_ms_max = 10_000

export class LiveHost implements Engine {
  readonly name: string
  readonly generation: string
  readonly id: HostId
  readonly epoch: Epoch
  /** As it was when this epoch began. */
  readonly lineage: Lineage
  readonly durability: Durability
  readonly versions: Versions
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
  }
  readonly stopped: Promise<DarqError | undefined>
  /** In-messages not consumed, out-messages not acknowledged, over all DARQs. */
  waiting = 0
  unacknowledged = 0
  /** A step is being made. */
  stepping = false
  #state: 'running' | 'closing' | 'stopped' = 'running'
  #stopReason: DarqError | undefined
  readonly #stop: (reason: DarqError | undefined) => void
  readonly #options: EngineOptions
  readonly #makeCore: () => Core
  readonly #storage: Claimed
  readonly #darqs = new Map<string, LiveDarq>()
  readonly #commit: GroupCommit
  readonly #receiver = new Receiver(this)
  readonly #ids = new Map<string, Uint8Array>()
  /** Processors that were asked for when a name was first heard, and wait for the first delivery. */
  readonly #fresh = new Map<LiveDarq, Processor>()
  #ready = new Set<LiveDarq>()
  #deliveryScheduled = false
  #offers = new Set<Channel>()
  readonly #atCommitted: { readonly version: Version; readonly run: () => void }[] = []
  readonly #processorRetry_ms = new Map<LiveDarq, number>()

  constructor(
    options: EngineOptions,
    opened: Opened,
    storage: Claimed,
    epoch: Epoch,
    recovered: Recovered,
    makeCore: () => Core,
  ) {
    this.#options = options
    this.#storage = storage
    this.#makeCore = makeCore
    this.name = options.name
    this.generation = opened.generation
    this.id = hostId(options.name, opened.generation)
    this.epoch = epoch
    this.lineage = recovered.lineage
    this.durability = options.storage.durability
    this.clock = options.clock
    this.random = options.random
    this.limits = { ...defaults, ...options.limits }
    this.versions = new Versions(recovered.lineage.last)
    this.timers = new Timers(this.clock, (error, where) => this.report(error, where))
    this.#commit = new GroupCommit(this, storage)
    const { promise, resolve } = Promise.withResolvers<DarqError | undefined>()
    this.stopped = promise
    this.#stop = resolve
    this.#recover(recovered)
  }

  #recover({ cores, commits, parts }: Recovered): void {
    for (const [name, core] of cores) this.#darqs.set(name, new LiveDarq(name, this, core))
    const { retention } = this.#commit
    for (const { version, bytes } of commits) retention.committed(version, bytes)
    for (const { name, version, from, bytes, whole } of parts) {
      const darq = this.#darqs.get(name)
      if (darq) retention.stored(darq, version, from, bytes, whole)
    }
    for (const darq of this.#darqs.values()) {
      darq.recovered()
      this.trim(darq)
      if (darq.waiting > 0) this.deliverSoon(darq)
    }
    this.clock.soon(() => this.retry())
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
    return [...this.#darqs.keys()]
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
    if (!darq.attachment) this.#attach(darq)
    return darq
  }

  existing(name: string): LiveDarq | undefined {
    return this.#darqs.get(name)
  }

  /** The DARQ of that name, made when it is new. Without a processor as yet. */
  localDarq(name: string): LiveDarq {
    this.assertRunning()
    const known = this.#darqs.get(name)
    if (known) return known
    checkDarqName(name)
    const processor = this.#options.processor?.(name)
    if (this.#options.processor && !processor)
      throw new DarqError('unknown_address', { facts: { expected: 'a DARQ that lives on this host', got: name } })
    if (this.#darqs.size >= this.limits.darqs_max)
      throw new DarqError('backpressure', { facts: { expected: `at most ${this.limits.darqs_max} DARQs`, got: name } })
    const darq = new LiveDarq(name, this, this.#makeCore())
    this.#darqs.set(name, darq)
    if (processor) this.#fresh.set(darq, processor)
    return darq
  }

  route(darq: string): string | undefined {
    return this.#options.route?.(darq)
  }

  idBytes(name: string): Uint8Array {
    let bytes = this.#ids.get(name)
    if (!bytes) {
      checkDarqName(name)
      bytes = encoder.encode(name)
      if (this.#ids.size >= id_cache_max) this.#ids.clear()
      this.#ids.set(name, bytes)
    }
    return bytes
  }

  deliverSoon(darq: LiveDarq): void {
    this.#ready.add(darq)
    if (this.#deliveryScheduled) return
    this.#deliveryScheduled = true
    this.clock.soon(() => this.#deliver())
  }

  /** There will be another turn of delivery soon. */
  get delivering(): boolean {
    return this.#deliveryScheduled
  }

  #deliver(): void {
    this.#deliveryScheduled = false
    const ready = this.#ready
    this.#ready = new Set()
    for (const darq of ready) {
      if (this.#state !== 'running') return
      try {
        const attachment = darq.attachment ?? this.#attach(darq)
        if (attachment?.deliver()) this.deliverSoon(darq)
        else this.#processorRetry_ms.delete(darq)
      } catch (error) {
        this.#processorDied(darq, error)
      }
    }
  }

  #attach(darq: LiveDarq): LiveDarq['attachment'] {
    const processor = this.#fresh.get(darq) ?? this.#options.processor?.(darq.name)
    this.#fresh.delete(darq)
    if (processor) darq.attach(processor)
    return darq.attachment
  }

  /** What it held in memory is gone with it; a new incarnation starts from the log, after a while. */
  #processorDied(darq: LiveDarq, error: unknown): void {
    const reason =
      error instanceof DarqError
        ? error
        : new DarqError('closed', { cause: error, message: `the processor of ${darq.name} threw: ${error}` })
    this.report(reason, `processor of ${darq.name}`)
    darq.detach(reason)
    const wait_ms = this.#processorRetry_ms.get(darq) ?? processor_retry_ms
    this.#processorRetry_ms.set(darq, Math.min(wait_ms * 2, processor_retry_ms_max))
    this.clock.wake(this.clock.now_ms() + wait_ms, () => {
      if (this.#state === 'running' && !darq.attachment) this.deliverSoon(darq)
    })
  }

  /**
   * Drops what a log needs no more, outside of any commit: after recovery, and when out-messages were acknowledged, nothing
   * need ever be appended again, least of all to a full log. Only when all of it is durable: what was consumed since may be
   * undone.
   */
  trim(darq: LiveDarq): void {
    if (darq.newest <= this.versions.durable) this.#commit.truncate(darq, darq.core.head)
  }

  /** Something is accepted that is not durable. */
  get dirty(): boolean {
    return this.#commit.busy
  }

  commitSoon(darq: LiveDarq): void {
    this.#commit.soon(darq)
  }

  /** Much has arrived from outside: it is written while more arrives. */
  commitIfLarge(): void {
    if (!this.stepping) this.#commit.startIfLarge()
  }

  /** The channel has something that may leave once the open version is committed. */
  offerWhenCommitted(channel: Channel): void {
    this.#offers.add(channel)
  }

  takeOffers(): Iterable<Channel> {
    const offers = this.#offers
    this.#offers = new Set()
    return offers
  }

  atCommitted(version: Version, run: () => void): void {
    if (version <= this.versions.committed) run()
    else this.#atCommitted.push({ version, run })
  }

  /** A version is durable and committed: everything that waited for it goes on. */
  committed(version: Version, offers: Iterable<Channel>): void {
    this.versions.advance(version)
    while (this.#atCommitted[0] && this.#atCommitted[0].version <= version) this.#atCommitted.shift()?.run()
    for (const channel of offers) channel.offer()
  }

  transmit(to: string, frame: Uint8Array, lost: (error: DarqError) => void): void {
    this.counts.frames_sent += 1
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
    for (const darq of this.#darqs.values()) for (const channel of darq.channels) channel.retry()
  }

  report(error: DarqError, where: string): void {
    this.#options.onError?.(error, where)
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
    this.#end(cause instanceof DarqError ? cause : new DarqError('storage', { cause }))
  }

  #end(reason: DarqError | undefined): void {
    if (this.#state === 'stopped') return
    this.#state = 'stopped'
    const error = reason ?? new DarqError('closed', { message: 'the host was closed' })
    this.#stopReason = error
    this.timers.stop()
    for (const darq of this.#darqs.values()) {
      for (const channel of darq.channels) channel.close()
      darq.detach(error)
    }
    this.versions.fail(error)
    this.#atCommitted.length = 0
    void this.#storage.close().then(() => this.#stop(reason))
  }
}

/**
 * Opens the storage, recovers what it holds, and claims a new epoch: from then on every older owner of the storage is fenced.
 *
 * @throws {DarqError} `corrupt`, `newer_format`, `older_format`, `fenced` (somebody claimed it at the same moment), `storage`, `quota`
 */
export async function openHost(options: EngineOptions, coreMaker: CoreMaker): Promise<LiveHost> {
  const limits = { ...defaults, ...options.limits }
  const hash_key = new Uint8Array(16)
  for (let i = 0; i < hash_key.length; i += 1) hash_key[i] = Math.floor(options.random() * 256)
  const { log_bytes_max, message_bytes_max, producers_max, keys_max } = limits
  const makeCore = () => coreMaker({ log_bytes_max, message_bytes_max, producers_max, keys_max, hash_key })
  for (let tries = 1; ; tries += 1) {
    try {
      return await takeOver(options, makeCore)
    } catch (error) {
      // The older owner has written while we read: read again. It can't go on for ever, for a claim fences it.
      if (!(error instanceof DarqError && error.code === 'fenced') || tries === claim_tries_max) throw error
    }
  }
}

async function takeOver(options: EngineOptions, makeCore: () => Core): Promise<LiveHost> {
  const opened = await options.storage.open()
  const recovered = await recover(opened, makeCore)
  const epoch = nextEpoch(opened.last?.epoch, options.clock.now_ms(), options.random())
  const { lineage } = recovered
  const storage = await opened.claim(epoch, lineage.last, lineage.encode())
  return new LiveHost(options, opened, storage, epoch, recovered, makeCore)
}
