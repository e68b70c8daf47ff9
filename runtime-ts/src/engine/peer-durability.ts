/**
 * What came with a peer's messages and is not known to be durable. When that peer says that the version which held them is
 * committed, all of it is: so nobody else need be asked. It need not outlive a life of either: who is not told asks.
 *
 * @module
 */
import type { Dependency } from './dependency.ts'
import type { Standing } from './peer.ts'
import type { Epoch, Version } from './types.ts'

/** Versions of one peer. Of those beyond, the oldest are left to questions. */
const versions_max = 256

interface PeerVersion {
  readonly epoch: Epoch
  /** Of the peer. */
  readonly version: Version
  readonly states: readonly Dependency[]
}

export class PeerDurability {
  /** By host id, in order of versions. */
  readonly #byHost = new Map<string, PeerVersion[]>()

  /** Messages of that version came, and depend on `states`. What a version depends on is fixed before it is named. */
  take(host: string, { epoch, version, states }: PeerVersion): void {
    const peerDurability = this.#byHost.get(host)
    if (peerDurability === undefined) {
      this.#byHost.set(host, [{ epoch, version, states }])
      return
    }
    const newest = peerDurability.at(-1)
    if (newest?.epoch === epoch && newest.version >= version) return
    peerDurability.push({ epoch, version, states })
    if (peerDurability.length > versions_max) peerDurability.shift()
  }

  /** That peer has begun a new life. @returns whether there were any of the one before */
  forget(host: string): boolean {
    return this.#byHost.delete(host)
  }

  /** @returns what is durable by that peer's word */
  settle({ host, epoch, settled }: Pick<Standing, 'host' | 'epoch' | 'settled'>): readonly Dependency[] {
    const peerDurability = this.#byHost.get(host)
    if (peerDurability === undefined) return []
    const durable: Dependency[] = []
    const left: PeerVersion[] = []
    for (const entry of peerDurability) {
      // Of an older epoch: its versions may be others now.
      if (entry.epoch !== epoch) continue
      if (entry.version <= settled) durable.push(...entry.states)
      else left.push(entry)
    }
    if (left.length === 0) this.#byHost.delete(host)
    else this.#byHost.set(host, left)
    return durable
  }
}
