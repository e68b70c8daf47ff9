/**
 * What is known of other hosts: who lives, in which epoch, and how far each is durable. It outlives a rollback, and need not
 * outlive the process: what was forgotten is asked again.
 *
 * @module
 */
import type { Dependency } from './dependency.ts'
import { partsOf } from './host-id.ts'
import type { Lineage } from './lineage.ts'
import type { Epoch, Version } from './types.ts'

/** What a host says of itself in every frame. */
export interface Standing {
  /** Its id. */
  readonly host: string
  readonly epoch: Epoch
  /** As it was when that epoch began. */
  readonly lineage: Lineage
  /** The newest version that is durable. */
  readonly durable: Version
  /** The newest that is committed: whatever it and those before it depended on is durable, too. */
  readonly settled: Version
}

/**
 * What became of a state. `forgotten`: it is beyond the horizon of its host's lineage. `unknown`: not decided, or not known
 * here.
 */
export type Fate = 'durable' | 'lost' | 'forgotten' | 'unknown'

interface Peer {
  readonly generation: string
  standing: Standing
  /** The last that was known of the generation before this one. */
  readonly before: Standing | undefined
}

const peers_max = 10_000

/**
 * What is known of other hosts. Of a name that only one host can have, the younger of two generations counts. Other names are
 * a claim that any stranger may make, such as each visitor's tab of one app: strangers of one name stand side by side, and what
 * one says is true of that one alone.
 */
export class Peers {
  readonly #isSingleton: (name: string) => boolean
  /** By name. The one that was heard of the longest ago comes first, here as there. */
  readonly #singletons = new Map<string, Peer>()
  /** By host id. Apart, so that however many come, no singleton is forgotten. */
  readonly #strangers = new Map<string, Peer>()

  /** @param isSingleton whether only one host can have that name */
  constructor(isSingleton: (name: string) => boolean = () => true) {
    this.#isSingleton = isSingleton
  }

  isStranger(host: string): boolean {
    return !this.#isSingleton(partsOf(host).name)
  }

  /**
   * Takes note of what a host says of itself.
   *
   * @returns `older`: it speaks for an epoch or generation that is over; nothing was noted. `newer`: it began a new life, so
   * that its lineage must be examined. `news`: more of it is durable, or committed. `same`: nothing that was not known.
   */
  hear(standing: Standing): 'older' | 'newer' | 'news' | 'same' {
    const { generation } = partsOf(standing.host)
    const [peers, key] = this.#placeOf(standing.host)
    const known = peers.get(key)
    if (known !== undefined) {
      if (generation < known.generation) return 'older'
      if (generation === known.generation && standing.epoch < known.standing.epoch) return 'older'
      peers.delete(key)
    }
    if (known === undefined || generation !== known.generation) {
      peers.set(key, { generation, standing, before: known?.standing })
      forgetOldest(peers)
      return 'newer'
    }
    peers.set(key, known)
    const { epoch, durable, settled } = known.standing
    if (standing.epoch === epoch && standing.durable <= durable && standing.settled <= settled) return 'same'
    known.standing = standing
    return standing.epoch === epoch ? 'news' : 'newer'
  }

  #placeOf(host: string): readonly [peers: Map<string, Peer>, key: string] {
    const { name } = partsOf(host)
    return this.#isSingleton(name) ? [this.#singletons, name] : [this.#strangers, host]
  }

  #find(host: string): Peer | undefined {
    const [peers, key] = this.#placeOf(host)
    return peers.get(key)
  }

  /** The epoch that was examined of that host; 0 for one that is not known. */
  epochOf(host: string): Epoch | 0 {
    const known = this.#find(host)
    return known?.standing.host === host ? known.standing.epoch : 0
  }

  /** @returns ids of the singletons that were heard of last, at most `count_max` */
  newest(count_max: number): string[] {
    return [...this.#singletons.values()].slice(-count_max).map(({ standing }) => standing.host)
  }

  /** What became of another host's state, as far as it is known here. */
  fateOf(dependency: Dependency): Fate {
    const { generation } = partsOf(dependency.host)
    const known = this.#find(dependency.host)
    if (known === undefined || generation > known.generation) return 'unknown'
    if (generation === known.generation) return fate(known.standing, dependency)
    // The storage that would have to hold it is gone.
    const { before } = known
    return before?.host === dependency.host && fate(before, dependency) === 'durable' ? 'durable' : 'lost'
  }
}

function forgetOldest(peers: Map<string, Peer>): void {
  if (peers.size > peers_max) for (const oldest of peers.keys()) return void peers.delete(oldest)
}

/** What a host's own word says of one of its states. */
export function fate({ epoch, lineage, durable }: Standing, state: Omit<Dependency, 'host'>): Fate {
  if (state.epoch > epoch) return 'unknown'
  if (state.epoch === epoch) return state.version <= durable ? 'durable' : 'unknown'
  if (lineage.forgets(state.epoch)) return 'forgotten'
  return state.version <= lineage.survivedBy(state.epoch) ? 'durable' : 'lost'
}
