/**
 * Fourth on a message's path: arrive → deliver → step → **commit** → send.
 *
 * One commit is in flight per host, the next one gathers behind it. A commit seals every log that has grown and writes all
 * of it as one value; when the storage says that it is durable, receipts are told, answers and sends released, logs truncated.
 *
 * @module
 */
import type { Forget, Lsn } from '@darq/core'
import type { Claimed, Commit } from '../storage/contract.ts'
import { CommitWriter } from './commit-value.ts'
import type { LiveDarq } from './darq.ts'
import type { LiveHost } from './host.ts'
import { Retention } from './retention.ts'
import type { Version } from './types.ts'

/** A log is snapshot when this much came since, or four times what a snapshot takes, so that the cost is a bounded share. */
const snapshot_bytes_min = 64 * 1024
/** While something waits, the platform is asked to wake the host this much later if it should be gone by then. */
const wake_after_ms = 30_000

/** A commit with so many new messages is worth its write: it starts at once, and their steps come with the next. */
const messages_min = 512
/** Unless so many wait for their steps already, which must not fall behind. */
const waiting_max = 2_048
/** A smaller one waits while messages are delivered, so that their steps are in it; for so many turns of delivery at most. */
const turns_max = 16
/** And not when a log has taken this part of its limit since the last commit: what it has consumed goes with the next. */
const crowded_share = 16

/** What becomes true of a log when the commit is durable. */
interface Sealing {
  readonly darq: LiveDarq
  readonly from: Lsn
  readonly end: Lsn
  readonly bytes: number
  /** As the log could be truncated when it was sealed: what is consumed later may yet be lost. */
  readonly head: Lsn
  readonly whole: boolean
}

export class GroupCommit {
  readonly retention: Retention
  readonly #host: LiveHost
  readonly #storage: Claimed
  #grown = new Set<LiveDarq>()
  #scheduled = false
  #inFlight: Promise<void> | undefined
  /** How many messages had been accepted when the last commit started. */
  #written = 0

  constructor(host: LiveHost, storage: Claimed) {
    this.#host = host
    this.#storage = storage
    this.retention = new Retention(host.limits.log_bytes_max)
  }

  get busy(): boolean {
    return this.#inFlight !== undefined || this.#grown.size > 0
  }

  soon(darq: LiveDarq): void {
    this.#grown.add(darq)
    this.#schedule()
  }

  /** Starts, if it is worth it. Not within a step: all that a step does belongs to one version. */
  startIfLarge(): void {
    if (this.#isLarge) this.#start()
  }

  get #isLarge(): boolean {
    const { counts, waiting } = this.#host
    return counts.messages_accepted - this.#written >= messages_min && waiting <= waiting_max
  }

  #schedule(): void {
    if (this.#scheduled || this.#inFlight || this.#grown.size === 0) return
    this.#scheduled = true
    this.#startAfter(turns_max)
  }

  #startAfter(turns: number): void {
    this.#host.clock.soon(() => {
      if (turns > 0 && this.#host.delivering && !this.#isLarge && !this.#isCrowded()) {
        this.#startAfter(turns - 1)
        return
      }
      this.#scheduled = false
      this.#start()
    })
  }

  #isCrowded(): boolean {
    for (const { core, handed } of this.#grown)
      if (core.end - handed > core.limits.log_bytes_max / crowded_share) return true
    return false
  }

  #start(): void {
    if (this.#inFlight || this.#grown.size === 0 || !this.#host.running) return
    const host = this.#host
    this.#written = host.counts.messages_accepted
    const version = host.versions.seal()
    let capacity_bytes = 1024
    for (const darq of this.#grown) capacity_bytes += darq.core.end - darq.handed + 1024
    const writer = new CommitWriter({ epoch: host.epoch, version, committed: host.versions.committed }, capacity_bytes)
    const sealings: Sealing[] = []
    for (const darq of this.#grown) sealings.push(...this.#seal(darq, writer))
    for (const darq of [...this.retention.toMove(version)]) sealings.push(...this.#move(darq, writer))
    this.#grown = new Set()
    const bytes = writer.done()
    const offers = host.takeOffers()
    const keepFrom = this.retention.keepFrom(version)
    const size = bytes.length
    this.#inFlight = this.#write({ version, bytes, wakeAt_ms: this.#wakeAt_ms(), keepFrom }).then((written) => {
      this.#inFlight = undefined
      if (!written || !host.running) return
      this.retention.committed(version, size)
      for (const sealing of sealings) this.#durable(sealing, version)
      host.counts.commits += 1
      host.counts.committed_bytes += size
      host.committed(version, offers)
      this.startIfLarge()
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

  #seal(darq: LiveDarq, writer: CommitWriter): Sealing[] {
    const { core } = darq
    const since = core.end - core.snapshotted
    const due = Math.min(Math.max(snapshot_bytes_min, 4 * core.snapshot_bytes), core.limits.log_bytes_max / 4)
    // A snapshot may pass the log's limit, because it is what lets a full one be truncated.
    if (since > due) core.snapshot(this.#forget())
    core.seal()
    const from = darq.handed
    const bytes = core.end - from
    if (bytes === 0) return []
    const at = core.at(from)
    writer.add({ name: darq.name, whole: false, bytes: core.bytes.subarray(at, at + bytes) })
    darq.handed = core.end
    return [{ darq, from, end: core.end, bytes, head: core.head, whole: false }]
  }

  #forget(): Forget {
    const { clock, limits } = this.#host
    const now_ms = clock.now_ms()
    return { producers_before_ms: now_ms - limits.producer_idle_ms, keys_before_ms: now_ms - limits.key_age_ms }
  }

  /** Writes all of an idle DARQ's live log again, so that the old commits it stands in can go. */
  #move(darq: LiveDarq, writer: CommitWriter): Sealing[] {
    const { core } = darq
    if (this.#grown.has(darq)) return []
    const { start, end } = core
    if (darq.handed !== end) return []
    const at = core.at(start)
    const bytes = end - start
    writer.add({ name: darq.name, whole: true, bytes: core.bytes.subarray(at, at + bytes) })
    return [{ darq, from: start, end, bytes, head: core.head, whole: true }]
  }

  #durable({ darq, from, end, bytes, head, whole }: Sealing, version: Version): void {
    this.retention.stored(darq, version, from, bytes, whole)
    // When nothing came since, the log is durable as it stands, with what was acknowledged meanwhile.
    this.truncate(darq, darq.newest <= version ? darq.core.head : head)
    darq.hardened(end)
  }

  truncate(darq: LiveDarq, head: Lsn): void {
    if (head <= darq.core.start) return
    darq.core.truncate(head)
    this.retention.truncated(darq, head)
  }

  #wakeAt_ms(): number | undefined {
    const { timers, waiting, unacknowledged, clock } = this.#host
    const at_ms = Math.min(
      timers.earliest_ms,
      waiting > 0 || unacknowledged > 0 ? clock.now_ms() + wake_after_ms : Number.POSITIVE_INFINITY,
    )
    return at_ms === Number.POSITIVE_INFINITY ? undefined : at_ms
  }

  /** Resolves when everything that was accepted is durable, or the host has failed. */
  async flush(): Promise<void> {
    while (this.#host.running && (this.#inFlight || this.#grown.size > 0)) {
      this.#start()
      await this.#inFlight
    }
  }
}
