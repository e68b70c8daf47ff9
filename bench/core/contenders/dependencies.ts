/**
 * Who keeps what a host's states depend on, so that the workload can ask the same of each.
 *
 * @module
 */

/** A state of a peer that one's own depends on: host number, epoch, version. */
export type Dependency = readonly [host: number, epoch: number, version: number]

/** One host's dependencies. `Vector` is the form in which a message's vector, or a notice, reaches it. */
export interface Dependencies<Vector> {
  /** Puts a vector into the form in which it arrives. Never timed. */
  arrival(vector: readonly Dependency[]): Vector
  /** A message arrived: the open version depends on its vector from now on. */
  merge(vector: Vector): void
  /** Closes the open version. @returns its vector as bytes of their own: what a message that it sends must carry */
  close(): Uint8Array<ArrayBuffer>
  /** A notice arrived: of each peer, what goes up to the version named is durable. @returns how many entries that ended */
  prune(vector: Vector): number
  /** The newest closed version that waits for no peer. */
  committed(): number
  /** Back to version 1, which depends on nothing. Never timed. */
  reset(): void
  /** Reads what `close` gave, in any order: proof that nobody skips work. Never timed. */
  read(bytes: Uint8Array<ArrayBuffer>): Dependency[]
}

export interface DependenciesLimits {
  readonly hosts_max: number
  readonly entries_max: number
}

export type DependenciesMaker<Vector> = (limits: DependenciesLimits) => Dependencies<Vector>
