/**
 * Which state came from which, as it really was: what every host took is noted here, and what every store holds. Against it
 * is held what hosts say and do: nothing is committed that could be lost (G4), nothing survives that came from a lost state,
 * and nobody goes back who does not depend on one (G5).
 *
 * @module
 */
import { decodeCommit } from '../engine/commit-value.ts'
import type { Dependency } from '../engine/dependency.ts'
import type { Data } from '../engine/frame.ts'
import type { LiveHost } from '../engine/host.ts'
import { Lineage } from '../engine/lineage.ts'
import type { Epoch, Version } from '../engine/types.ts'
import type { Commit, Segment } from '../storage/contract.ts'

/** One epoch of one host. */
interface Reign {
  readonly host: string
  readonly epoch: Epoch
  /** What came before it. */
  readonly lineage: Lineage
  /** By version: the states of others that it took messages from. */
  readonly origins: Map<Version, Dependency[]>
  /** Versions up to this one were found to rest on durable states only. */
  verified: Version
}

interface Claiming {
  readonly keep: Version
  readonly tail: Segment | undefined
}

const none = 0 as Version

export class Causality {
  readonly #reigns = new Map<string, Reign>()
  /** By host id: what its store holds, and the newest epoch that owns it. */
  readonly #stores = new Map<string, { epoch: Epoch; lineage: Lineage }>()

  /** By host id: writes of which nobody knows whether they arrived. */
  readonly #writing = new Map<string, readonly Commit[]>()
  /** By host id: the claim of which nobody knows whether it arrived. */
  readonly #claiming = new Map<string, Claiming>()

  /** A life begins. */
  opened({ id: host, epoch, lineage }: LiveHost): void {
    this.#reigns.set(`${host} ${epoch}`, { host, epoch, lineage, origins: new Map(), verified: none })
  }

  /** The store is about to be claimed: above `keep` it will hold the tail. */
  claiming(host: string, keep: Version, tail: Segment | undefined): void {
    // The claim before this one was written, though nobody was told so, if what it was to leave is what is there.
    const before = this.#claiming.get(host)
    const store = this.#stores.get(host)
    if (before && store && keep === (before.tail?.version ?? before.keep)) store.lineage = this.#left(host, before)
    this.#claiming.set(host, { keep, tail })
  }

  /** It is: the store belongs to this epoch. */
  claimed(host: string, epoch: Epoch, keep: Version, tail: Segment | undefined): void {
    this.#claiming.delete(host)
    this.#stores.set(host, { epoch, lineage: this.#left(host, { keep, tail }) })
  }

  /** What a store holds after a claim. */
  #left(host: string, { keep, tail }: Claiming): Lineage {
    let lineage = this.#stores.get(host)?.lineage ?? Lineage.empty
    // A write whose end nobody was told of is there, if it is kept.
    for (const { version, bytes } of this.#writing.get(host) ?? [])
      if (version > lineage.last && version <= keep && this.#isOfOwner(host, bytes)) lineage = extended(lineage, bytes)
    this.#writing.delete(host)
    if (lineage.last > keep) lineage = lineage.kept(keep)
    if (tail !== undefined) lineage = extended(lineage, tail.bytes)
    return lineage
  }

  #isOfOwner(host: string, bytes: Uint8Array): boolean {
    return decodeCommit(bytes).epoch === this.#stores.get(host)?.epoch
  }

  /** It is on its way to the store. */
  writing(host: string, commit: Commit): void {
    this.#writing.set(host, [...(this.#writing.get(host) ?? []), commit])
  }

  /** It is in the store. */
  written(host: string, { bytes }: Commit): void {
    this.#writing.delete(host)
    // A claim would have fenced it.
    this.#claiming.delete(host)
    const store = this.#stores.get(host)
    if (store) store.lineage = extended(store.lineage, bytes)
  }

  /** The host took messages into that version of its present epoch. */
  taken(receiver: LiveHost, version: Version, { host, epoch, lineage, version: from }: Data): void {
    this.depends(receiver, version, [{ host, epoch: lineage.epochOf(from) ?? epoch, version: from }])
  }

  /** What the host took into that version of its present epoch came from these states. */
  depends(receiver: LiveHost, version: Version, states: readonly Dependency[]): void {
    const origins = this.#reigns.get(`${receiver.id} ${receiver.epoch}`)?.origins
    const known = origins?.get(version)
    if (known) known.push(...states)
    else origins?.set(version, [...states])
  }

  /**
   * Does the state rest on durable states only, itself one of them?
   *
   * @returns the one that is not durable
   */
  unsupported(state: Dependency): Dependency | undefined {
    const reign = this.#reigns.get(`${state.host} ${state.epoch}`)
    if (reign === undefined || reign.verified >= state.version) return undefined
    if (!this.#isDurable(state)) return state
    const before = reign.verified
    // Set first: a ring of messages between hosts leads back here.
    reign.verified = state.version
    for (const origin of this.#origins(reign, before, state.version)) {
      const unsupported = this.unsupported(origin)
      if (unsupported === undefined) continue
      reign.verified = before
      return unsupported
    }
    return undefined
  }

  /** Does the state rest on one that is lost? */
  isOrphan(state: Dependency, seen = new Set<string>()): boolean {
    const reign = this.#reigns.get(`${state.host} ${state.epoch}`)
    const name = `${state.host} ${state.epoch} ${state.version}`
    if (reign === undefined || seen.has(name)) return false
    seen.add(name)
    for (const origin of this.#origins(reign, none, state.version))
      if (this.#isLost(origin) || this.isOrphan(origin, seen)) return true
    return false
  }

  /** What the versions of its history above `after` and up to `to` took. */
  *#origins(reign: Reign, after: Version, to: Version): Generator<Dependency> {
    const { host, epoch, lineage, origins } = reign
    for (const [version, taken] of origins) if (version > after && version <= to) yield* taken
    for (const { epoch: older } of lineage.entries) {
      const before = this.#reigns.get(`${host} ${older}`)
      const end = Math.min(lineage.survivedBy(older), to)
      if (older === epoch || before === undefined) continue
      for (const [version, taken] of before.origins) if (version > after && version <= end) yield* taken
    }
  }

  #isDurable({ host, epoch, version }: Dependency): boolean {
    const lineage = this.#stores.get(host)?.lineage
    return lineage !== undefined && lineage.epochOf(version) === epoch
  }

  #isLost(state: Dependency): boolean {
    const store = this.#stores.get(state.host)
    return store !== undefined && store.epoch > state.epoch && !this.#isDurable(state)
  }
}

function extended(lineage: Lineage, bytes: Uint8Array): Lineage {
  const { epoch, versions } = decodeCommit(bytes)
  let next = lineage
  for (const { version } of versions) next = next.extended(epoch, version)
  return next
}
