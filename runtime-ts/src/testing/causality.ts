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
import type { Change } from '../storage/cells.ts'
import { decodeRecord } from '../storage/record.ts'

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

const none = 0 as Version

export class Causality {
  readonly #reigns = new Map<string, Reign>()
  /** By host id: what its store holds, and the newest epoch that owns it. */
  readonly #stores = new Map<string, { readonly epoch: Epoch; readonly lineage: Lineage }>()

  /** A life begins. */
  opened({ id: host, epoch, lineage }: LiveHost): void {
    this.#reigns.set(`${host} ${epoch}`, { host, epoch, lineage, origins: new Map(), verified: none })
  }

  /** A change is in the host's store: a claim, which may drop what is above and add a last version, or a commit. */
  stored(host: string, { add }: Change): void {
    let store = this.#stores.get(host)
    const parts: Uint8Array[] = []
    for (const { number, value } of add) {
      const { kind, epoch, version, body } = decodeRecord(value, number)
      if (kind === 'commit') parts.push(body)
      else if (kind === 'claim')
        store = { epoch: epoch as Epoch, lineage: (store?.lineage ?? Lineage.empty).kept(version as Version) }
    }
    if (store === undefined) return
    const lineage = parts.length === 0 ? store.lineage : extended(store.lineage, joined(parts))
    this.#stores.set(host, { epoch: store.epoch, lineage })
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

/** A large commit stands in several values. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
