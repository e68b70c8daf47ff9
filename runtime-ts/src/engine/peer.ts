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

export class Peers {
  /** By name: of two generations the newer counts. The one that was heard of the longest ago comes first. */
  readonly #peers = new Map<string, Peer>()

  /**
   * Takes note of what a host says of itself.
   *
   * @returns `older`: it speaks for an epoch or generation that is over; nothing was noted. `newer`: it began a new life, so
   * that its lineage must be examined. `news`: more of it is durable, or committed. `same`: nothing that was not known.
   */
  hear(standing: Standing): 'older' | 'newer' | 'news' | 'same' {
    const { name, generation } = partsOf(standing.host)
    const known = this.#peers.get(name)
    if (known !== undefined) {
      if (generation < known.generation) return 'older'
      if (generation === known.generation && standing.epoch < known.standing.epoch) return 'older'
      this.#peers.delete(name)
    }
    if (known === undefined || generation !== known.generation) {
      this.#peers.set(name, { generation, standing, before: known?.standing })
      this.#bound()
      return 'newer'
    }
    this.#peers.set(name, known)
    const { epoch, durable, settled } = known.standing
    if (standing.epoch === epoch && standing.durable <= durable && standing.settled <= settled) return 'same'
    known.standing = standing
    return standing.epoch === epoch ? 'news' : 'newer'
  }

  #bound(): void {
    if (this.#peers.size > peers_max) for (const oldest of this.#peers.keys()) return void this.#peers.delete(oldest)
  }

  /** The epoch that was examined of that host; 0 for one that is not known. */
  epochOf(host: string): Epoch | 0 {
    const known = this.#peers.get(partsOf(host).name)
    return known?.standing.host === host ? known.standing.epoch : 0
  }

  /** @returns ids of those that were heard of last, at most `count_max` */
  newest(count_max: number): string[] {
    return [...this.#peers.values()].slice(-count_max).map(({ standing }) => standing.host)
  }

  /** What became of another host's state, as far as it is known here. */
  fateOf(dependency: Dependency): Fate {
    const { name, generation } = partsOf(dependency.host)
    const known = this.#peers.get(name)
    if (known === undefined || generation > known.generation) return 'unknown'
    if (generation === known.generation) return fate(known.standing, dependency)
    // The storage that would have to hold it is gone.
    const { before } = known
    return before?.host === dependency.host && fate(before, dependency) === 'durable' ? 'durable' : 'lost'
  }
}

/** What a host's own word says of one of its states. */
export function fate({ epoch, lineage, durable }: Standing, state: Omit<Dependency, 'host'>): Fate {
  if (state.epoch > epoch) return 'unknown'
  if (state.epoch === epoch) return state.version <= durable ? 'durable' : 'unknown'
  if (lineage.forgets(state.epoch)) return 'forgotten'
  return state.version <= lineage.survivedBy(state.epoch) ? 'durable' : 'lost'
}
