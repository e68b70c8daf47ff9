/**
 * Fourth on a message's path: arrive → deliver → step → **commit** → send.
 *
 * One commit is in flight per host, the next one gathers behind it. A version is closed by sealing every log that has grown.
 * A commit writes all that is closed as one value; when the storage says that it is durable, receipts are told and peers who
 * asked. When a version is committed as well, answers and gated sends are released, and logs are truncated.
 *
 * @module
 */
import type { Core, Forget, Lsn } from '@darq/core'
import type { Claimed, Commit } from '../storage/contract.ts'
import { CommitWriter } from './commit-value.ts'
import type { Dependency } from './dependency.ts'
import type { HostEvent } from './event-log.ts'
import type { Questions } from './questions.ts'
import type { RecoveredCommit } from './recovery.ts'
import { Retention } from './retention.ts'
import type { SendSchedule } from './send-schedule.ts'
import type { Speculation } from './speculation.ts'
import type { Clock, EngineLimits, Epoch, Version } from './types.ts'

/** A log is snapshot when this much came since, or four times what a snapshot takes, so that the cost is a bounded share. */
const snapshot_bytes_min = 64 * 1024
/** While something waits, the platform is asked to wake the host this much later if it should be gone by then. */
const wake_after_ms = 30_000
/** The committed mark goes along with the next commit; if none comes, it is written by itself, this much later. */
const mark_after_ms = 1_000
/** A commit waits while messages are delivered, so that their steps are in it; for this many turns of delivery at most. */
const turns_max = 16
/** It doesn't wait when a log has grown by this part of its limit since the last: room is made by commits. */
const crowded_share = 16

/** A DARQ whose log is committed. */
interface CommittingDarq {
  readonly name: string
  readonly core: Core
  readonly attachment: { readonly processor: { readonly hasUnwrittenWork?: boolean } } | undefined
  /** The version that holds the newest record. */
  readonly newest: Version
  /** Up to here the log was handed to a commit. */
  handed: Lsn
  /** A version was closed that holds this log up to `end`. */
  closed(version: Version, end: Lsn): void
  /** As `closed`, for a version that was found in the store. */
  foundClosed(version: Version, from: Lsn, end: Lsn): void
  /** A version is durable that holds this log up to `end`. */
  hardened(end: Lsn): void
  /** The versions up to `version` are committed; they hold this log up to `end`. */
  settled(version: Version, end: Lsn): void
}

/** What a commit loop needs of its host. */
interface CommittingHost {
  readonly epoch: Epoch
  readonly running: boolean
  readonly clock: Clock
  readonly limits: Pick<EngineLimits, 'log_bytes_max' | 'producer_idle_ms' | 'key_age_ms'>
  readonly counts: { commits: number; committed_bytes: number }
  readonly versions: { readonly committed: Version }
  readonly speculation: Pick<Speculation, 'open' | 'unstable' | 'seal'>
  readonly sendSchedule: Pick<SendSchedule, 'leave'>
  readonly questions: Pick<Questions, 'ask'>
  readonly delivery: { readonly isDue: boolean }
  readonly timers: { readonly earliest_ms: number }
  readonly logEvent: ((what: HostEvent) => void) | undefined
  /** In-messages not consumed, out-messages not acknowledged, over all DARQs. */
  readonly waiting: number
  readonly unacknowledged: number
  /** Versions up to this one are durable. */
  durable(version: Version): void
  /** The storage has failed. */
  fail(cause: unknown): void
}

/** One DARQ's share of a version. */
interface Sealing {
  readonly darq: CommittingDarq
  readonly from: Lsn
  readonly end: Lsn
  /** As the log could be truncated when it was sealed: what is consumed later may yet be lost. */
  readonly head: Lsn
  readonly whole: boolean
}

/** A version that is closed. */
interface Sealed {
  readonly version: Version
  readonly dependencies: readonly Dependency[]
  readonly sealings: Sealing[]
}

/** A stored value, of which not every version is committed: nothing that it replaces may be dropped. */
interface Stored {
  /** The newest in it. */
  readonly version: Version
  readonly sealings: readonly Sealing[]
}

export class GroupCommit {
  readonly retention: Retention<CommittingDarq>
  readonly #host: CommittingHost
  readonly #storage: Claimed
  /** DARQs with something in the open version. */
  #grown = new Set<CommittingDarq>()
  /** Versions that no commit has taken. */
  #sealed: Sealed[] = []
  /** Those of the commit in flight. */
  #writing: readonly Sealed[] = []
  /** Those that are closed and not committed, durable or not. */
  #ungraded: Sealed[] = []
  #uncommitted: Stored[] = []
  #scheduled = false
  /** For how many turns of delivery the scheduled one may still wait. */
  #turns = 0
  #inFlight: Promise<void> | undefined
  /** The mark as it is stored, and the newest version that needs one: because of what it depended on. */
  #marked: Version
  #toMark = 0 as Version
  #marking: (() => void) | undefined

  constructor(host: CommittingHost, storage: Claimed, marked: Version) {
    this.#host = host
    this.#storage = storage
    this.#marked = marked
    this.retention = new Retention(host.limits.log_bytes_max)
  }

  /** The open version has something in it. */
  get hasGrown(): boolean {
    return this.#grown.size > 0
  }

  /** Something is accepted that is not durable. */
  get busy(): boolean {
    return this.#inFlight !== undefined || this.#grown.size > 0 || this.#sealed.length > 0
  }

  soon(darq: CommittingDarq): void {
    this.#grown.add(darq)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled || this.#inFlight || !this.busy) return
    this.#scheduled = true
    this.#turns = turns_max
    if (!this.#host.delivery.isDue) this.#host.clock.soon(() => this.turn())
  }

  /** A turn of delivery is over. Starts what is scheduled, unless there is another turn to wait for: that will call again. */
  turn(): void {
    if (!this.#scheduled) return
    this.#turns -= 1
    if (this.#turns > 0 && !this.#isCrowded) {
      if (this.#host.delivery.isDue) return
      if (this.#isThoughtAbout) {
        this.#host.clock.soon(() => this.turn())
        return
      }
    }
    this.#scheduled = false
    this.#start()
  }

  get #isThoughtAbout(): boolean {
    for (const { attachment } of this.#grown) if (attachment?.processor.hasUnwrittenWork === true) return true
    return false
  }

  get #isCrowded(): boolean {
    for (const { core, handed } of this.#grown)
      if (core.end - handed > core.limits.log_bytes_max / crowded_share) return true
    return false
  }

  /** Closes the open version: its dependencies are what they are, and what comes now belongs to the next. */
  seal(): void {
    const { speculation } = this.#host
    const version = speculation.open
    const dependencies = speculation.unstable(version)
    const sealings: Sealing[] = []
    for (const darq of this.#grown) sealings.push(...this.#seal(darq))
    this.#grown = new Set()
    speculation.seal()
    this.#host.logEvent?.({ kind: 'sealed', version, dependencies })
    if (dependencies.length > 0) this.#toMark = version
    const sealed = { version, dependencies, sealings }
    this.#sealed.push(sealed)
    this.#ungraded.push(sealed)
  }

  #start(): void {
    const host = this.#host
    if (this.#inFlight || !this.busy || !host.running) return
    // What may leave before it is durable does so first: in some places a commit blocks the whole process.
    host.sendSchedule.leave()
    if (this.#grown.size > 0) this.seal()
    const writing = this.#sealed
    const newest = writing.at(-1)
    if (newest === undefined) return
    this.#sealed = []
    this.#writing = writing
    const { version } = newest
    const grown = new Set<CommittingDarq>()
    let capacity_bytes = 1024
    for (const { sealings } of writing)
      for (const { darq, from, end } of sealings) {
        grown.add(darq)
        capacity_bytes += end - from + 1024
      }
    const marked = host.versions.committed
    const writer = new CommitWriter({ epoch: host.epoch, committed: marked }, capacity_bytes)
    for (const sealed of writing) write(writer, sealed)
    const unsettled = this.#uncommitted[0]?.version ?? version
    for (const darq of [...this.retention.toMove(unsettled)]) {
      if (grown.has(darq) || darq.handed !== darq.core.end) continue
      newest.sealings.push(this.#move(darq, writer))
    }
    const bytes = writer.done()
    const keepFrom = this.retention.keepFrom(unsettled)
    const size = bytes.length
    host.questions.ask()
    this.#inFlight = this.#write({ version, bytes, wakeAt_ms: this.#wakeAt_ms(), keepFrom }).then((written) => {
      this.#inFlight = undefined
      if (!written) return
      this.#writing = []
      if (!host.running) return
      this.#marked = marked
      this.retention.committed(version, size)
      const sealings = writing.flatMap((sealed) => sealed.sealings)
      this.#uncommitted.push({ version, sealings })
      for (const { darq, end } of sealings) darq.hardened(end)
      host.counts.commits += 1
      host.counts.committed_bytes += size
      host.durable(version)
      this.#schedule()
    })
  }

  /** @returns false when the storage has failed: the host has stopped then */
  async #write(commit: Commit): Promise<boolean> {
    try {
      await this.#storage.commit(commit)
      return true
    } catch (error) {
      this.#host.fail(error)
      return false
    }
  }

  #seal(darq: CommittingDarq): Sealing[] {
    const { core } = darq
    const since = core.end - core.snapshotted
    const due = Math.min(Math.max(snapshot_bytes_min, 4 * core.snapshot_bytes), core.limits.log_bytes_max / 4)
    // A snapshot may pass the log's limit, because it is what lets a full one be truncated.
    if (since > due) core.snapshot(this.#forget())
    core.seal()
    const from = darq.handed
    const { end } = core
    if (end === from) return []
    darq.handed = end
    darq.closed(this.#host.speculation.open, end)
    return [{ darq, from, end, head: core.head, whole: false }]
  }

  #forget(): Forget {
    const { clock, limits } = this.#host
    const now_ms = clock.now_ms()
    return { producers_before_ms: now_ms - limits.producer_idle_ms, keys_before_ms: now_ms - limits.key_age_ms }
  }

  /** Writes all of an idle DARQ's live log again, so that the old commits it stands in can go. */
  #move(darq: CommittingDarq, writer: CommitWriter): Sealing {
    const { start, end, head } = darq.core
    const sealing = { darq, from: start, end, head, whole: true }
    writer.add(part(sealing))
    return sealing
  }

  /** What was found in the store, and is durable. Of what is not committed, nothing is dropped as yet. */
  recovered(
    { version, bytes, versions }: RecoveredCommit,
    darqOf: (name: string) => CommittingDarq,
    committed: Version,
  ): void {
    this.retention.committed(version, bytes)
    const all: Sealing[] = []
    for (const stored of versions) {
      const sealings = stored.parts.map(({ name, from, end, whole }): Sealing => {
        const darq = darqOf(name)
        return { darq, from, end, head: darq.core.start, whole }
      })
      all.push(...sealings)
      if (stored.version <= committed) continue
      if (stored.depends) this.#toMark = stored.version
      for (const { darq, from, end } of sealings) darq.foundClosed(stored.version, from, end)
      this.#ungraded.push({ version: stored.version, dependencies: [], sealings })
    }
    const stored = { version, sealings: all }
    if (version > committed) this.#uncommitted.push(stored)
    else this.#settle(stored, committed)
  }

  /** Those versions are durable, and depend on nothing unstable. */
  committed(to: Version): void {
    while (this.#ungraded[0] && this.#ungraded[0].version <= to)
      for (const { darq, end } of this.#ungraded.shift()?.sealings ?? []) darq.settled(to, end)
    while (this.#uncommitted[0] && this.#uncommitted[0].version <= to) {
      const stored = this.#uncommitted.shift()
      if (stored) this.#settle(stored, to)
    }
    if (this.#marked < Math.min(to, this.#toMark)) this.#markLater()
  }

  #settle({ version, sealings }: Stored, committed: Version): void {
    for (const { darq, from, end, head, whole } of sealings) {
      this.retention.stored(darq, version, from, end - from, whole)
      // When nothing came since, the log is committed as it stands, with what was acknowledged meanwhile.
      this.truncate(darq, darq.newest <= committed ? darq.core.head : head)
    }
  }

  truncate(darq: CommittingDarq, head: Lsn): void {
    if (head > darq.core.start) darq.core.truncate(head)
    this.retention.truncated(darq, darq.core.start)
  }

  /** Recovery must not go below what was told to be committed, even if a peer's storage should lose what it depended on. */
  #markLater(): void {
    const { clock } = this.#host
    this.#marking ??= clock.wake(clock.now_ms() + mark_after_ms, () => {
      this.#marking = undefined
      if (!this.#host.running || this.#marked >= Math.min(this.#host.versions.committed, this.#toMark)) return
      if (!this.busy) this.seal()
      this.#schedule()
    })
  }

  #wakeAt_ms(): number | undefined {
    const { timers, waiting, unacknowledged, clock } = this.#host
    const isUnsettled = waiting > 0 || unacknowledged > 0 || this.#toMark > this.#marked
    const at_ms = Math.min(timers.earliest_ms, isUnsettled ? clock.now_ms() + wake_after_ms : Number.POSITIVE_INFINITY)
    return at_ms === Number.POSITIVE_INFINITY ? undefined : at_ms
  }

  /**
   * What is closed up to that version and not durable, as one value. Call it when the commit in flight has settled.
   *
   * @returns `undefined` when there is nothing
   */
  remains(to: Version): Uint8Array | undefined {
    const left = [...this.#writing, ...this.#sealed].filter(({ version }) => version <= to)
    if (left.length === 0) return undefined
    const { epoch, versions } = this.#host
    const writer = new CommitWriter({ epoch, committed: versions.committed }, 64 * 1024)
    for (const sealed of left) write(writer, sealed)
    return writer.done()
  }

  stop(): void {
    this.#marking?.()
    this.#marking = undefined
  }

  /** Resolves when no commit is in flight. */
  async settled(): Promise<void> {
    await this.#inFlight
  }

  /** Resolves when everything that was accepted is durable, or the host has failed. */
  async flush(): Promise<void> {
    while (this.#host.running && this.busy) {
      this.#start()
      await this.#inFlight
    }
  }
}

const part = ({ darq, from, end, whole }: Sealing) => {
  const at = darq.core.at(from)
  return { name: darq.name, whole, bytes: darq.core.bytes.subarray(at, at + (end - from)) }
}

function write(writer: CommitWriter, { version, dependencies, sealings }: Sealed): void {
  writer.version(version, dependencies)
  for (const sealing of sealings) writer.add(part(sealing))
}
