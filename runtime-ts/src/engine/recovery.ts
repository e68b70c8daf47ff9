/**
 * The one way in which a host comes to life: after a crash, a clean close, or a rollback. It reads what its storage holds,
 * leaves out what a rollback takes back, and finds in the logs what waits.
 *
 * @module
 */
import type { Core } from '@darq/core'
import { DarqError } from '../error.ts'
import type { Opened, Segment } from '../storage/contract.ts'
import { decodeClaimFacts } from './claim-facts.ts'
import { decodeCommit, encodeCommit, type Part, type StoredCommit, type StoredVersion } from './commit-value.ts'
import type { Lineage } from './lineage.ts'
import type { Epoch, Lsn, Version } from './types.ts'

/** Where a DARQ's stored bytes stand. */
export interface RecoveredPart {
  readonly name: string
  readonly from: Lsn
  readonly end: Lsn
  readonly whole: boolean
}

/** A stored value. */
export interface RecoveredCommit {
  /** The newest in it. */
  readonly version: Version
  readonly bytes: number
  readonly versions: readonly {
    readonly version: Version
    readonly depends: boolean
    readonly parts: readonly RecoveredPart[]
  }[]
}

export interface Recovered {
  readonly cores: ReadonlyMap<string, Core>
  readonly lineage: Lineage
  /** The mark: versions up to it were committed, whatever they depended on. */
  readonly committed: Version
  readonly commits: readonly RecoveredCommit[]
  /** What the versions above the mark depend on, each with its bytes as they were stored. */
  readonly unsettled: readonly StoredVersion[]
  /** For the claim: versions above are dropped from the store, … */
  readonly keep: Version
  /** … and what of them is to stay is written again. */
  readonly tail: Segment | undefined
}

/** What a rollback leaves behind for the life to come. */
export interface Rollback {
  /** The epoch that ends. If the store has another, somebody else has taken it over: then nothing of this counts. */
  readonly epoch: Epoch
  /** The newest version that is to stay. */
  readonly to: Version
  /** Versions up to that one that were not durable, as a commit's value. */
  readonly tail: Uint8Array | undefined
}

/** @throws {DarqError} `corrupt`, `newer_format`, `older_format`, `storage` */
export async function recover(opened: Opened, makeCore: () => Core, rollback?: Rollback): Promise<Recovered> {
  const to = rollback?.to ?? (Number.POSITIVE_INFINITY as Version)
  const reading = new Reading(opened, makeCore, to)
  for await (const segment of opened.segments()) {
    const commit = decodeCommit(segment.bytes)
    const newest = commit.versions.at(-1)?.version
    if (newest !== segment.version)
      throw new DarqError('corrupt', { facts: { expected: `version ${segment.version}`, got: newest } })
    if (newest <= to) reading.stored(commit, segment.bytes.length)
    else reading.left(commit, to)
  }
  if (rollback?.tail !== undefined) reading.left(decodeCommit(rollback.tail), to)
  return reading.done()
}

class Reading {
  readonly #makeCore: () => Core
  readonly #cores = new Map<string, Core>()
  readonly #commits: RecoveredCommit[] = []
  readonly #unsettled: StoredVersion[] = []
  /** Versions that a rollback leaves of values that hold others too, and the epoch of them all. */
  readonly #left: StoredVersion[] = []
  #leftEpoch = 0 as Epoch
  #lineage: Lineage
  #committed: Version
  #keep: Version

  constructor({ last }: Opened, makeCore: () => Core, to: Version) {
    this.#makeCore = makeCore
    const { lineage, committed } = decodeClaimFacts(last)
    this.#lineage = lineage.last > to ? lineage.kept(to) : lineage
    this.#committed = committed
    this.#keep = this.#lineage.last
  }

  stored(commit: StoredCommit, bytes: number): void {
    const newest = this.#commits.at(-1)
    const version = commit.versions.at(-1)?.version
    const first = commit.versions[0]?.version
    if (version === undefined || first === undefined) return
    if (newest && newest.version >= first)
      throw new DarqError('corrupt', { facts: { expected: `a version after ${newest.version}`, got: first } })
    this.#take(commit, bytes)
    if (version > this.#keep) this.#keep = version
  }

  /** Of a value that goes: the versions up to `to` stay. */
  left({ epoch, committed, versions }: StoredCommit, to: Version): void {
    if (committed > this.#committed) this.#committed = committed
    const stay = versions.filter(({ version }) => version <= to)
    if (stay.length === 0) return
    this.#left.push(...stay)
    this.#leftEpoch = epoch
  }

  #take({ epoch, committed, versions }: StoredCommit, bytes: number): void {
    if (committed > this.#committed) this.#committed = committed
    const parts = versions.map(({ version, dependencies, parts }) => {
      if (version > this.#lineage.last) this.#lineage = this.#lineage.extended(epoch, version)
      return {
        version,
        depends: dependencies.length > 0,
        parts: parts.map((part) => this.#load(part, version)),
      }
    })
    const newest = versions.at(-1)
    if (newest === undefined) return
    this.#commits.push({ version: newest.version, bytes, versions: parts })
    this.#unsettled.push(...versions)
  }

  #load(part: Part, version: Version): RecoveredPart {
    let core = part.whole ? undefined : this.#cores.get(part.name)
    if (!core) {
      core = this.#makeCore()
      this.#cores.set(part.name, core)
    }
    const before = core.end
    const answer = core.load(part.bytes)
    if (answer !== 'ok')
      throw new DarqError(answer === 'newer_format' ? 'newer_format' : 'corrupt', {
        facts: { expected: `log of ${part.name} in version ${version}`, got: answer },
      })
    // The first load of an empty core says where its log starts.
    const from = core.end - part.bytes.length === core.start ? core.start : before
    return { name: part.name, from, end: core.end, whole: part.whole }
  }

  done(): Recovered {
    const tail = this.#tail()
    const keep = Math.min(this.#keep, (this.#left[0]?.version ?? Number.POSITIVE_INFINITY) - 1) as Version
    const committed = this.#committed
    return {
      cores: this.#cores,
      lineage: this.#lineage,
      committed,
      commits: this.#commits,
      unsettled: this.#unsettled.filter(({ version }) => version > committed),
      keep,
      tail,
    }
  }

  #tail(): Segment | undefined {
    const newest = this.#left.at(-1)
    if (newest === undefined) return undefined
    const commit = { epoch: this.#leftEpoch, committed: this.#committed, versions: this.#left }
    const bytes = encodeCommit(commit, this.#left)
    this.#take(decodeCommit(bytes), bytes.length)
    return { version: newest.version, bytes }
  }
}
