/**
 * What the engine needs from a place that keeps bytes. One contract, one conformance suite (`test/storage`), one adapter
 * per platform.
 *
 * @module
 */

declare const brand: unique symbol
/** One life of a host; unique for ever, below 2^53. Of two, the larger is the newer. */
export type Epoch = number & { readonly [brand]: 'epoch' }
/** A stretch of a host's history: 1, 2, 3, … A rollback to 5 is followed by another 6. */
export type Version = number & { readonly [brand]: 'version' }

/** What a storage really offers when it says "durable". */
export type Durability = 'strict' | 'relaxed' | 'best-effort' | 'memory'

/** One commit: all or nothing, and written as one value. */
export interface Commit {
  /** The newest version that it makes durable. Larger than that of the commit before it. */
  readonly version: Version
  /** Whole, owned by the storage from here on: not a view of a core's memory. */
  readonly bytes: Uint8Array
  /** When the platform should wake the host if it is not running; `undefined`: no need. An earlier wake does no harm. */
  readonly wakeAt_ms: number | undefined
  /** Commits whose version is below this are no longer needed. May be dropped with this commit, or later. */
  readonly keepFrom: Version
}

/** A stored commit. */
export interface Segment {
  readonly version: Version
  readonly bytes: Uint8Array
}

/** What the newest claim wrote. */
export interface LastClaim {
  readonly epoch: Epoch
  /** The newest version that survived that claim. */
  readonly version: Version
  /** The engine's own bytes. */
  readonly facts: Uint8Array
}

/** A store that was opened for reading. Nothing is written before `claim`. */
export interface Opened {
  /** Minted with the store: birth time and random bits. A wiped store comes back with another. Not empty, at most 40 ASCII characters. */
  readonly generation: string
  /** `undefined` on a store that nobody has claimed yet. */
  readonly last: LastClaim | undefined
  /**
   * The commits that are not dropped, in order of version. Read it at most once. Throws `corrupt`, `newer_format`,
   * `older_format`, `storage`; `fenced` when another owner truncates what is being read: open anew.
   */
  segments(): AsyncIterable<Segment>
  /**
   * Takes the store over, in one transaction: fences every older owner inside the store, drops the commits above `keep`,
   * records `epoch` and `facts`, and adds `tail`: a rollback's last versions, which no commit holds as they are to stay.
   * Durable when it resolves.
   *
   * @param tail its version is above `keep`; the bytes are the storage's from here on
   * @throws {DarqError} `fenced` when the store holds an epoch that is not older, or was written to since it was opened: what
   * was not read must not be dropped. Open anew. `quota`, `storage`, `closed`: the outcome is unknown, open anew.
   */
  claim(epoch: Epoch, keep: Version, facts: Uint8Array, tail?: Segment): Promise<Claimed>
  /** Lets it go without a claim. Never throws. */
  close(): Promise<void>
}

/** A store that this owner may write to, until somebody claims a newer epoch. */
export interface Claimed {
  /**
   * Resolves when the commit is durable in the sense of `Storage.durability`. Commits are called one after the other, each
   * after the one before has settled. After a rejection the outcome is unknown: the owner opens the store anew.
   *
   * @throws {DarqError} `fenced`, `quota`, `closed`, `storage`
   */
  commit(commit: Commit): Promise<void>
  /** Ends this ownership's use of the store; pending commits settle first. Never throws. */
  close(): Promise<void>
}

export interface Storage {
  readonly durability: Durability
  /**
   * @throws {DarqError} `older_format` or `newer_format` when the store was written by other code, `corrupt` when it can't be
   * read, `storage` (also when another tab blocks it for too long), `quota` when there is no room to make it
   */
  open(): Promise<Opened>
}
