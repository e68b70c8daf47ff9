/**
 * Which states of other hosts the messages came from that this host has taken, durable or not.
 *
 * A state that was durable may still be taken back, because its host depended on another one that failed. Who hears of such
 * a host's new lineage before he hears of that failure itself must know what he has of it: only then do sequence numbers mean
 * anything.
 *
 * @module
 */
import type { Dependency } from './dependency.ts'
import { partsOf } from './host-id.ts'
import type { Fate } from './peer.ts'
import type { Version } from './types.ts'

/** What a version has of a host: its newest state, which comes after all that was taken before. */
interface Row {
  readonly own: Version
  origin: Dependency
}

export class Origins {
  /** By the name of the host, those of versions that are not committed, in order. */
  readonly #rows = new Map<string, Row[]>()

  add(own: Version, origin: Dependency): void {
    const { name } = partsOf(origin.host)
    const rows = this.#rows.get(name)
    const last = rows?.at(-1)
    if (last?.own === own) last.origin = newer(last.origin, origin)
    else if (rows) rows.push({ own, origin })
    else this.#rows.set(name, [{ own, origin }])
  }

  /** @returns the newest version that has nothing of a lost state of that host; `undefined` when none has */
  examine(name: string, fateOf: (origin: Dependency) => Fate): Version | undefined {
    const orphan = this.#rows.get(name)?.find(({ origin }) => fateOf(origin) === 'lost')
    return orphan && ((orphan.own - 1) as Version)
  }

  /** Versions up to this one are committed: they stay, whatever becomes of others. */
  committed(to: Version): void {
    for (const [name, rows] of this.#rows) {
      const settled = rows.findIndex(({ own }) => own > to)
      if (settled < 0) this.#rows.delete(name)
      else rows.splice(0, settled)
    }
  }
}

function newer(one: Dependency, other: Dependency): Dependency {
  if (one.host !== other.host) return other.host > one.host ? other : one
  if (one.epoch !== other.epoch) return other.epoch > one.epoch ? other : one
  return other.version > one.version ? other : one
}
