/**
 * When channels send: those that have something to send now, those that wait until a version is committed or fewer hosts can
 * revoke it, and whatever else is to happen when a version is committed.
 *
 * @module
 */

import type { Channel } from './channel.ts'
import type { Clock, Version } from './types.ts'

/** What the send schedule needs of its host. */
interface SchedulingHost {
  readonly clock: Clock
  readonly running: boolean
  readonly versions: { readonly committed: Version }
}

export class SendSchedule {
  readonly #host: SchedulingHost
  #now = new Set<Channel>()
  #blocked = new Set<Channel>()
  #atCommitted: { readonly version: Version; readonly run: () => void }[] = []

  constructor(host: SchedulingHost) {
    this.#host = host
  }

  /** The channel has something that may leave now, at the end of this turn. */
  soon(channel: Channel): void {
    if (this.#now.size === 0) this.#host.clock.soon(() => this.leave())
    this.#now.add(channel)
  }

  /** The channel has something that may leave once a version is committed, or fewer hosts can revoke it. */
  whenCommitted(channel: Channel): void {
    this.#blocked.add(channel)
  }

  /** What may leave now does. */
  leave(): void {
    if (this.#now.size === 0 || !this.#host.running) return
    const channels = this.#now
    this.#now = new Set()
    for (const channel of channels) channel.sendReady()
  }

  /** Runs when that version is committed; at once if it is. */
  atCommitted(version: Version, run: () => void): void {
    if (version <= this.#host.versions.committed) run()
    else this.#atCommitted.push({ version, run })
  }

  committed(committed: Version): void {
    const waited = this.#atCommitted
    this.#atCommitted = waited.filter(({ version }) => version > committed)
    for (const { version, run } of waited) if (version <= committed && this.#host.running) run()
  }

  /** Something is decided: those that were blocked look again. */
  unblock(): void {
    const blocked = this.#blocked
    this.#blocked = new Set()
    for (const channel of blocked) channel.sendReady()
  }

  /** Nothing leaves any more. */
  stop(): void {
    this.#atCommitted = []
  }
}
