/**
 * The `Vectors` interface: what one host's states depend on.
 *
 * A host's state `(host, epoch, version)` depends on the states of the hosts whose messages it has taken, until those are
 * durable. This keeps, for every version that is not committed, what it depends on; says what a message must carry, what is
 * committed, and how far to go back when a peer has lost something. It belongs to a host, not to one DARQ, and knows no
 * names: hosts are small numbers that the caller hands out.
 *
 * Where it comes from: dependency vectors and orphans are Strom & Yemini's (*Optimistic Recovery in Distributed Systems*,
 * TOCS 1985); entries per (host, epoch), so that recovery needs no coordination, are Damani & Garg's (*How to Recover
 * Efficiently and Asynchronously when Optimism Fails*, ICDCS 1996); dropping entries that are stable, and the limit K on
 * those that are not, is Wang, Damani & Garg's (*Distributed Recovery with K-Optimistic Logging*, ICDCS 1997).
 *
 * Two implementations stand behind it, {@link wasmVectors} and {@link twinVectors}, with identical answers. Nothing is
 * allocated after it was made, and batches go in and out through {@link Vectors.entries}.
 *
 * @module
 */

export interface VectorsLimits {
  /** Host numbers go from 0 to `hosts_max` - 1. 1 to 65,536. */
  readonly hosts_max: number
  /** Unstable entries of all versions together, peers (pairs of host and epoch), entries in one batch: each. 1 to 1,048,576. */
  readonly entries_max: number
  /** The first version: it is open. Those before it are committed, as far as can be asked here. */
  readonly version: number
}

/**
 * `known`: it brought nothing new. `new`: the open version depends on it from now on. The others changed nothing: `frozen`:
 * it would bring something new to a frozen version, so {@link Vectors.seal} it first; `full`: a limit is reached; `bad_entry`:
 * a host's number is not below `hosts_max`, or something is not a whole number from 0 to 2^53 - 1.
 */
export type Merged = 'known' | 'new' | 'frozen' | 'full' | 'bad_entry'

/** One per host. All of it is synchronous; nothing throws but what says so. */
export interface Vectors {
  readonly limits: VectorsLimits
  /**
   * Where entries are written before a call that takes `count` of them, and where {@link unstable} leaves its answer: host
   * number, epoch, version, and again; room for `entries_max`. Every call may write here.
   */
  readonly entries: Float64Array
  /** The version that what arrives now belongs to. */
  readonly open: number
  /** Are the open version's dependencies fixed? */
  readonly frozen: boolean
  /** How many hosts the last {@link unstable} named: with the sender if it is not durable itself, what K limits. */
  readonly hosts: number

  /**
   * Lets the open version depend on the first `count` entries: a message's vector, with its sender's version unless that is
   * durable (Strom & Yemini's merge on receipt). Entries that are stable, or that this version or one before it has already,
   * bring nothing. Leave out the host's own entries, and ask the peers' lineages first whether a state is lost.
   */
  merge(count: number): Merged
  /** Fixes the open version's dependencies: before anything names it (DESIGN §5, rule 2). */
  freeze(): void
  /** Closes the open version and opens the next. @returns the new one */
  seal(): number
  /**
   * Notes that states are durable: of the host and epoch, each version up to the one that an entry names (Wang, Damani & Garg).
   * All versions' entries up to there go. What is no entry is passed over. Of a peer that is not known yet it is remembered for
   * later merges while there is room; nothing is forgotten for it.
   *
   * @returns how many unstable entries that ended, of all versions
   */
  stable(count: number): number
  /** The newest version up to which none has an unstable entry, and at most `durable`, the newest that is durable here. */
  committed(durable: number): number
  /**
   * How far to go back when a peer has lost its versions from `first` on (Damani & Garg): the newest version that depends on
   * none of them; `open` if no version does. Changes nothing.
   */
  lost(host: number, epoch: number, first: number): number
  /**
   * Fills `entries` with what `version` depends on and is not stable, that of the versions before it included: what a message
   * carries, and a commit's header. Each (host, epoch) stands there once, with the newest version.
   *
   * @returns how many, and how many distinct hosts they are in {@link hosts}
   */
  unstable(version: number): number
  /**
   * Forgets what is known of peers of which nothing is unstable: after this, a host's number without unstable entries may be
   * given to another. `merge` does it when there is no room otherwise.
   */
  forget(): void
  /**
   * Drops what versions after `to` depend on; the next one is open, and not frozen.
   *
   * @throws {RangeError} `to` is not a whole number below `open`
   */
  rewind(to: number): void
  /** XXH32 over what each version depends on: equal where that is. */
  digest(): number
  /** Bytes of memory in use, for reports. Never changes. */
  readonly memory_bytes: number
}

/** @throws {RangeError} the limits are none, or the platform has no memory for them */
export type VectorsMaker = (limits: VectorsLimits) => Vectors
