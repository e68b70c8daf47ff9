/**
 * One DARQ of a host: its log (the core), its processor, its channels.
 *
 * @module
 */
import { type Core, Kind, type Lsn } from '@darq/core'
import { asError, type DarqError } from '../error.ts'
import { type ArrivingDarq, arrive } from './arrive.ts'
import type { Channel } from './channel.ts'
import { Attachment, type DeliveringDarq } from './deliver.ts'
import type { Dependency } from './dependency.ts'
import type { DependencyTracking } from './dependency-tracking.ts'
import { LocalChannel, type LocallySendingDarq } from './local-channel.ts'
import { addressed, dueOf, flag_gated } from './records.ts'
import { RemoteChannel, type SendingDarq } from './send.ts'
import type { SendSchedule } from './send-schedule.ts'
import type { Speculation } from './speculation.ts'
import type { Timer } from './timers.ts'
import type {
  Attached,
  Darq,
  EnqueueReceipt,
  Grades,
  Incarnation,
  Processor,
  Sequence,
  Stated,
  Version,
} from './types.ts'
import type { Versions } from './versions.ts'

/** What a DARQ needs of its host: what arrivals, steps and channels do, and what the host does for all of its DARQs. */
export type DarqHost = PathHost & {
  readonly versions: Versions
  readonly speculation: Pick<Speculation, 'open' | 'freeze' | 'unstable'>
  readonly sendSchedule: Pick<SendSchedule, 'soon' | 'whenCommitted' | 'atCommitted'>
  readonly tracking: Pick<DependencyTracking, 'unsettled' | 'depend'>
  readonly delivery: { soon(darq: LiveDarq): void }
  readonly timers: { add(timer: Timer): void }
  /** In-messages not consumed, out-messages not acknowledged, over all DARQs. */
  waiting: number
  unacknowledged: number
  /** The address of the host where a DARQ lives; `undefined`: here. */
  route(darq: string): string | undefined
  commitSoon(darq: LiveDarq): void
  /** Drops what its log needs no more. */
  trim(darq: LiveDarq): void
  fencedError(message: string): DarqError
}

/** What the stations on a message's path need of it. */
type PathHost = (ArrivingDarq & DeliveringDarq & LocallySendingDarq & SendingDarq)['host']

const segment_bytes_max = 16 * 1024

export class LiveDarq implements Darq {
  readonly name: string
  readonly host: DarqHost
  readonly core: Core
  attachment: Attachment | undefined
  /** The version that holds the newest record. */
  newest: Version
  /** In-messages not consumed. */
  waiting = 0
  /** Up to here the log was handed to a commit. */
  handed: Lsn
  grades: Grades
  /** Where the versions end that are closed and not committed, in order. */
  #boundaries: { readonly version: Version; readonly end: Lsn }[] = []
  /** Timers of its own that were due, and are not consumed. */
  readonly #fired = new Set<Lsn>()
  /** Those of them that the present incarnation has not got yet. */
  #due: Lsn[] = []
  readonly #channels = new Map<string, Channel>()
  readonly #listeners = new Set<(grades: Grades) => void>()
  #incarnations = 0

  constructor(name: string, host: DarqHost, core: Core) {
    this.name = name
    this.host = host
    this.core = core
    this.newest = host.versions.durable
    this.handed = core.end
    this.grades = { accepted: core.end, durable: core.end, committed: core.end }
  }

  get unconsumed(): number {
    return this.core.unconsumed
  }
  get unacknowledged(): number {
    return this.core.unacknowledged
  }
  get log_bytes(): number {
    return this.core.end - this.core.start
  }

  enqueue(
    producer: Uint8Array,
    first: Sequence,
    messages: Uint8Array,
    stated?: Stated,
    after: readonly Dependency[] = [],
  ): EnqueueReceipt {
    const batch = { producer, first, originEpoch: 0, originVersion: 0, messages, stated } as const
    if (after.length === 0) return arrive(this, batch)
    // A repeat is told as such, whatever has become of what its sender had seen: it shares the fate of the first.
    return arrive(this, { ...batch, depends: () => this.host.tracking.depend(this.host.tracking.unsettled(after)) })
  }

  expected(producer: Uint8Array): number {
    return this.core.expected(producer)
  }

  /** The log has grown: it belongs to the open version and is to be committed. */
  appended(): void {
    const { core } = this
    // A log is truncated by whole segments, so a burst must not make one large one.
    if (core.end - core.sealed > Math.min(segment_bytes_max, core.limits.log_bytes_max / 16)) core.seal()
    this.newest = this.host.speculation.open
    this.host.commitSoon(this)
    this.#regrade({ ...this.grades, accepted: this.core.end })
  }

  /** A version was closed that holds this log up to `end`. */
  closed(version: Version, end: Lsn): void {
    this.#boundaries.push({ version, end })
  }

  /** As `closed`, for a version that was found in the store. */
  foundClosed(version: Version, from: Lsn, end: Lsn): void {
    if (this.#boundaries.length === 0) this.grades = { ...this.grades, committed: from }
    this.closed(version, end)
  }

  /** The version that holds the record; of what was committed when it was looked for, the newest of that. */
  versionOf(lsn: Lsn): Version {
    const { versions, speculation } = this.host
    if (lsn < this.grades.committed) return versions.committed
    return this.#boundaries.find(({ end }) => lsn < end)?.version ?? speculation.open
  }

  /** A version is durable that holds this log up to `end`. */
  hardened(end: Lsn): void {
    this.#regrade({ ...this.grades, accepted: this.core.end, durable: end })
  }

  /** The versions up to `version` are committed; they hold this log up to `end`. */
  settled(version: Version, end: Lsn): void {
    this.#boundaries = this.#boundaries.filter((boundary) => boundary.version > version)
    this.#regrade({ ...this.grades, accepted: this.core.end, committed: end })
  }

  #regrade(grades: Grades): void {
    this.grades = grades
    for (const listen of this.#listeners) listen(grades)
  }

  watch(listen: (grades: Grades) => void): () => void {
    this.#listeners.add(listen)
    return () => this.#listeners.delete(listen)
  }

  waited(change: number): void {
    this.waiting += change
    this.host.waiting += change
  }

  /** This many more out-messages are not acknowledged. */
  unanswered(change: number): void {
    this.host.unacknowledged += change
  }

  trim(): void {
    this.host.trim(this)
  }

  /** There is something to deliver. */
  wake(): void {
    this.host.delivery.soon(this)
  }

  arm(lsn: Lsn, due_ms: number): void {
    this.host.timers.add({ darq: this, lsn, due_ms })
  }

  /** A timer of its own is due: it is delivered, when its step is committed if it is gated. */
  fire(lsn: Lsn, gated: boolean): void {
    if (gated && lsn >= this.grades.committed) {
      this.host.sendSchedule.atCommitted(this.versionOf(lsn), () => this.fire(lsn, false))
      return
    }
    if (this.#fired.has(lsn) || !this.core.isPending(lsn)) return
    this.#fired.add(lsn)
    this.#due.push(lsn)
    this.waited(1)
    this.wake()
  }

  /** The step that consumes it has happened. */
  consumedTimer(lsn: Lsn): void {
    if (this.#fired.delete(lsn)) this.waited(-1)
  }

  /** At most this many of what is due, for the present incarnation. */
  takeDue(count_max: number): Lsn[] {
    return this.#due.splice(0, count_max).filter((lsn) => this.core.isPending(lsn))
  }

  get hasDue(): boolean {
    return this.#due.length > 0
  }

  attach(processor: Processor): Attached {
    this.host.assertRunning()
    this.detach(this.host.fencedError('a newer processor was attached'))
    this.#incarnations += 1
    const attachment = new Attachment(this, processor, this.#incarnations as Incarnation)
    this.attachment = attachment
    this.#due = [...this.#fired].sort((a, b) => a - b)
    try {
      attachment.restore()
    } catch (thrown) {
      // It must not get messages upon a state that it could not read.
      this.detach(asError(thrown, 'handler_failed', { where: `the processor of ${this.name} threw`, retryable: true }))
      throw thrown
    }
    this.wake()
    return attachment
  }

  detach(reason: DarqError): void {
    const attachment = this.attachment
    this.attachment = undefined
    try {
      attachment?.processor.detached(reason)
    } catch (thrown) {
      this.host.report(asError(thrown, 'handler_failed', { where: 'detached threw' }), `processor of ${this.name}`)
    }
  }

  /** All pending items of one kind, in order. */
  pendingOf(kind: number): Lsn[] {
    const { core } = this
    const lsns: Lsn[] = []
    for (let from = core.start; ; ) {
      const count = core.pending(from, 1 << kind)
      for (let i = 0; i < count; i += 1) lsns.push((core.lsns[i] ?? 0) as Lsn)
      const last = lsns.at(-1)
      if (count < core.lsns_max || last === undefined) return lsns
      from = (last + 8) as Lsn
    }
  }

  channel(to: string): Channel {
    let channel = this.#channels.get(to)
    if (!channel) {
      const address = this.host.route(to)
      channel = address === undefined ? new LocalChannel(this, to) : new RemoteChannel(this, to, address)
      this.#channels.set(to, channel)
    }
    return channel
  }

  /** The channel if there is one: what strangers name makes none. */
  channelTo(to: string): Channel | undefined {
    return this.#channels.get(to)
  }

  get channels(): Iterable<Channel> {
    return this.#channels.values()
  }

  /** After its log was loaded, and it is known how much of it is committed: what waits is counted, timers are armed, channels hold what is not acknowledged. */
  recovered(): void {
    this.waited(this.pendingOf(Kind.message).length)
    for (const lsn of this.pendingOf(Kind.timer)) this.arm(lsn, dueOf(this.core, lsn))
    for (const lsn of this.pendingOf(Kind.out)) {
      const { to, flags } = addressed(this.core, lsn)
      this.channel(to).recover(lsn, (flags & flag_gated) !== 0)
    }
  }
}
