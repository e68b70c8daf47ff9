/**
 * Dependencies as a competent developer keeps them today: a `Map` from "host:epoch" to version, merged by loops, JSON when
 * it leaves.
 *
 * Where there was a choice it was made in this contender's favour: a vector arrives as entries whose keys are strings
 * already (nothing is parsed), and a version keeps only what it brought, not a copy of the whole map.
 *
 * @module
 */
import type { Dependencies, Dependency } from './dependencies.ts'

export type DependencyEntry = readonly [key: string, version: number]

/** A version that waits for a peer, with what it brought. */
interface Waiting {
  readonly version: number
  readonly needs: Map<string, number>
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export class IdiomaticDependencies implements Dependencies<readonly DependencyEntry[]> {
  /** What the open version depends on, that of the versions before it included. */
  #needs = new Map<string, number>()
  #stable = new Map<string, number>()
  /** Oldest first; without those that wait for nobody. */
  #waiting: Waiting[] = []
  #brought = new Map<string, number>()
  #open = 1

  arrival(vector: readonly Dependency[]): readonly DependencyEntry[] {
    return vector.map(([host, epoch, version]) => [`${host}:${epoch}`, version])
  }

  merge(vector: readonly DependencyEntry[]): void {
    for (const [key, version] of vector) {
      const known = this.#needs.get(key) ?? this.#stable.get(key)
      if (known !== undefined && version <= known) continue
      this.#needs.set(key, version)
      this.#brought.set(key, version)
    }
  }

  close(): Uint8Array<ArrayBuffer> {
    const bytes = encoder.encode(JSON.stringify([...this.#needs]))
    if (this.#brought.size > 0) {
      this.#waiting.push({ version: this.#open, needs: this.#brought })
      this.#brought = new Map()
    }
    this.#open++
    return bytes
  }

  prune(vector: readonly DependencyEntry[]): number {
    let ended = 0
    for (const [key, version] of vector) {
      if (version <= (this.#stable.get(key) ?? -1)) continue
      this.#stable.set(key, version)
      if (!this.#needs.has(key)) continue
      endUpTo(this.#needs, key, version)
      ended += endUpTo(this.#brought, key, version)
      for (const { needs } of this.#waiting) ended += endUpTo(needs, key, version)
    }
    this.#waiting = this.#waiting.filter(({ needs }) => needs.size > 0)
    return ended
  }

  committed(): number {
    return (this.#waiting[0]?.version ?? this.#open) - 1
  }

  reset(): void {
    this.#needs.clear()
    this.#stable.clear()
    this.#waiting = []
    this.#brought.clear()
    this.#open = 1
  }

  read(bytes: Uint8Array<ArrayBuffer>): Dependency[] {
    const entries: DependencyEntry[] = JSON.parse(decoder.decode(bytes))
    return entries.map(([key, version]) => {
      const [host, epoch] = key.split(':')
      return [Number(host), Number(epoch), version]
    })
  }
}

/** @returns 1 if that took an entry away */
function endUpTo(needs: Map<string, number>, key: string, version: number): number {
  const need = needs.get(key)
  if (need === undefined || need > version) return 0
  needs.delete(key)
  return 1
}
