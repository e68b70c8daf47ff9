/**
 * What this host's versions depend on: states of other hosts that are not durable yet, as far as is known here.
 *
 * A version's dependencies are fixed (*frozen*) before anything names it; what then arrives with a new one goes into the next
 * version. A version is committed when it is durable and it and those before it depend on nothing unstable any more. When a
 * peer has lost a state, the host goes back to its newest version that does not depend on it.
 *
 * DESIGN: optimistic recovery with dependency vectors (see `Vectors` in `@darq/core` for where each rule comes from).
 *
 * @module
 */
import type { Vectors, VectorsMaker } from '@darq/core'
import type { Dependency } from './dependency.ts'
import { partsOf } from './host-id.ts'
import type { Fate } from './peer.ts'
import type { Epoch, Version } from './types.ts'

const hosts_max = 4_096
const entries_max = 16_384

export class Speculation {
  readonly #make: VectorsMaker
  /** Made when there is something to note: a host that never speculates, among such, has none. */
  #vectors: Vectors | undefined
  #open: Version
  readonly #numbers = new Map<string, number>()
  readonly #names: string[] = []
  /** Numbers of names that were forgotten. */
  #free: number[] = []

  /** @param open the first version whose dependencies are not settled */
  constructor(make: VectorsMaker, open: Version) {
    this.#make = make
    this.#open = open
  }

  get open(): Version {
    return this.#open
  }

  #made(): Vectors {
    this.#vectors ??= this.#make({ hosts_max, entries_max, version: this.#open })
    return this.#vectors
  }

  /**
   * Lets the open version depend on these states.
   *
   * @returns `frozen`: nothing changed, because they are new and its dependencies are fixed; {@link Speculation.seal} it
   * first. `full`: nothing changed, there are too many.
   */
  merge(dependencies: readonly Dependency[]): 'merged' | 'frozen' | 'full' {
    if (dependencies.length === 0) return 'merged'
    const vectors = this.#made()
    if (!this.#room(vectors, dependencies.length)) return 'full'
    let at = 0
    for (const { host, epoch, version } of dependencies) {
      vectors.entries[at] = this.#numberOf(host)
      vectors.entries[at + 1] = epoch
      vectors.entries[at + 2] = version
      at += 3
    }
    const answer = vectors.merge(dependencies.length)
    return answer === 'frozen' ? 'frozen' : answer === 'known' || answer === 'new' ? 'merged' : 'full'
  }

  #numberOf(host: string): number {
    const known = this.#numbers.get(host)
    if (known !== undefined) return known
    const number = this.#free.pop() ?? this.#names.length
    this.#names[number] = host
    this.#numbers.set(host, number)
    return number
  }

  /** Makes room for the names of `count` more hosts, by forgetting those of which nothing is unstable. */
  #room(vectors: Vectors, count: number): boolean {
    if (count > entries_max) return false
    if (this.#numbers.size + count <= hosts_max) return true
    vectors.forget()
    const used = new Set(this.unstable(this.#open).map(({ host }) => host))
    for (const [host, number] of this.#numbers) {
      if (used.has(host)) continue
      this.#numbers.delete(host)
      this.#free.push(number)
    }
    return this.#numbers.size + count <= hosts_max
  }

  /** Fixes what the open version depends on: before anything names it. */
  freeze(): void {
    this.#made().freeze()
  }

  /** Closes the open version; the next one starts with what it depends on. */
  seal(): void {
    this.#vectors?.seal()
    this.#open = (this.#open + 1) as Version
  }

  /** What `version` and those before it depend on, and is not known to be durable. */
  unstable(version: Version): Dependency[] {
    const vectors = this.#vectors
    if (vectors === undefined) return []
    const count = vectors.unstable(version)
    const dependencies: Dependency[] = []
    for (let nth = 0; nth < count; nth += 1) {
      const at = nth * 3
      dependencies.push({
        host: this.#names[vectors.entries[at] ?? 0] ?? '',
        epoch: (vectors.entries[at + 1] ?? 0) as Epoch,
        version: (vectors.entries[at + 2] ?? 0) as Version,
      })
    }
    return dependencies
  }

  /** How many hosts those are. */
  hosts(version: Version): number {
    const vectors = this.#vectors
    if (vectors === undefined) return 0
    vectors.unstable(version)
    return vectors.hosts
  }

  /** @returns the newest version that is committed, when those up to `durable` are durable */
  committed(durable: Version): Version {
    return (this.#vectors?.committed(durable) ?? durable) as Version
  }

  /**
   * Looks at all that is unstable of the hosts of that name, in the light of what is known now.
   *
   * @returns the newest version that depends on nothing that is lost; the open one if none is
   */
  examine(name: string, fateOf: (dependency: Dependency) => Fate): Version {
    const vectors = this.#vectors
    let newest = this.#open
    if (vectors === undefined) return newest
    const durable: Dependency[] = []
    for (const dependency of this.unstable(this.#open)) {
      if (partsOf(dependency.host).name !== name) continue
      const fate = fateOf(dependency)
      if (fate === 'durable') durable.push(dependency)
      else if (fate !== 'unknown') newest = Math.min(newest, this.#without(vectors, dependency, fateOf)) as Version
    }
    this.stable(durable)
    return newest
  }

  /** @returns the newest version that depends on none of the lost states of that host's epoch */
  #without(vectors: Vectors, { host, epoch, version }: Dependency, fateOf: (dependency: Dependency) => Fate): Version {
    // Of an epoch the first versions survive, the others are lost: the border is found by halving.
    let survives = 0
    let lost: number = version
    while (lost - survives > 1) {
      const middle = Math.floor((survives + lost) / 2)
      if (fateOf({ host, epoch, version: middle as Version }) === 'durable') survives = middle
      else lost = middle
    }
    if (survives > 0) this.stable([{ host, epoch, version: survives as Version }])
    return vectors.lost(this.#numberOf(host), epoch, lost) as Version
  }

  /** Those states are durable, and all before them of the same epoch. */
  stable(dependencies: readonly Dependency[]): void {
    const vectors = this.#vectors
    if (vectors === undefined) return
    let count = 0
    for (const { host, epoch, version } of dependencies) {
      const number = this.#numbers.get(host)
      if (number === undefined) continue
      vectors.entries[count * 3] = number
      vectors.entries[count * 3 + 1] = epoch
      vectors.entries[count * 3 + 2] = version
      count += 1
    }
    if (count > 0) vectors.stable(count)
  }
}
