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
const vouchers_max = 256

interface Voucher {
  readonly epoch: Epoch
  /** Of the peer. */
  readonly version: Version
  readonly states: readonly Dependency[]
}

export class Vouchers {
  /** By host id, in order of versions. */
  readonly #byHost = new Map<string, Voucher[]>()

  /** Messages of that version came, and depend on `states`. What a version depends on is fixed before it is named. */
  take(host: string, { epoch, version, states }: Voucher): void {
    const vouchers = this.#byHost.get(host)
    if (vouchers === undefined) {
      this.#byHost.set(host, [{ epoch, version, states }])
      return
    }
    const newest = vouchers.at(-1)
    if (newest?.epoch === epoch && newest.version >= version) return
    vouchers.push({ epoch, version, states })
    if (vouchers.length > vouchers_max) vouchers.shift()
  }

  /** That peer has begun a new life. @returns whether there were any of the one before */
  forget(host: string): boolean {
    return this.#byHost.delete(host)
  }

  /** @returns what is durable by that peer's word */
  redeem({ host, epoch, settled }: Pick<Standing, 'host' | 'epoch' | 'settled'>): readonly Dependency[] {
    const vouchers = this.#byHost.get(host)
    if (vouchers === undefined) return []
    const durable: Dependency[] = []
    const left: Voucher[] = []
    for (const voucher of vouchers) {
      // Of an older epoch: its versions may be others now.
      if (voucher.epoch !== epoch) continue
      if (voucher.version <= settled) durable.push(...voucher.states)
      else left.push(voucher)
    }
    if (left.length === 0) this.#byHost.delete(host)
    else this.#byHost.set(host, left)
    return durable
  }
}
