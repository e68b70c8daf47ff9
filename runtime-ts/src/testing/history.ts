/**
 * What a host has told, sealed and written over all its lives, and what each life finds of it (G1, G2, G3, G4).
 *
 * @module
 */
import { decodeCommit } from '../engine/commit-value.ts'
import type { LiveHost } from '../engine/host.ts'
import type { Epoch, Version } from '../engine/types.ts'
import type { Commit } from '../storage/contract.ts'
import type { StorageLoss } from './disk.ts'
import { countPaths, type PathCounts } from './rare-paths.ts'
import { Shadow } from './shadow.ts'

/** A life that believes in itself, but owns the store no more. */
interface Replaced {
  readonly engine: LiveHost
  readonly number: number
  /** What it knew to be durable when its store was taken over. */
  readonly told: Version
}

export class History {
  /** The newest version, and the newest claim, that are in the store. */
  written = 0 as Version
  claimed = 0 as Epoch
  /** The newest version that anybody was told is durable. */
  #told = 0 as Version
  /** Where the store is to be taken back to, by a claim that is under way. */
  #backTo: Version | undefined
  /** The newest version that anybody was told is committed. */
  #committed: { readonly version: Version; readonly epoch: Epoch } | undefined
  /** The newest version that was on its way to the store. */
  #sealed = 0 as Version
  readonly #shadow = new Shadow()
  readonly #replaced = new Set<Replaced>()
  readonly #name: string
  readonly #paths: PathCounts
  readonly #violate: (what: string) => void

  constructor(name: string, paths: PathCounts, violate: (what: string) => void) {
    this.#name = name
    this.#paths = paths
    this.#violate = violate
  }

  /** The owner's commit is on its way to the store. */
  committing(engine: LiveHost, { bytes }: Commit): void {
    const commit = decodeCommit(bytes)
    this.#sealed = commit.versions.at(-1)?.version ?? this.#sealed
    this.#shadow.committing(engine, commit)
    countPaths(
      this.#paths,
      engine,
      commit.versions.flatMap(({ parts }) => parts),
    )
  }

  /** The owner is about to take its store back to that version, because another host has lost something. */
  goingBack(to: Version): void {
    this.#backTo = to
  }

  /** It has done so. */
  wentBack(): void {
    const to = this.#backTo
    this.#backTo = undefined
    if (to === undefined || to >= this.#told) return
    if (to < this.written && !this.#shadow.knows(to)) this.#paths.went_back_within_commit += 1
    this.#paths.went_back_below_durable += 1
    this.#told = to
    this.#sealed = to
  }

  /** What a life finds is what the lives before have left, unless the disk broke its promise. */
  recovered(engine: LiveHost, loss: StorageLoss | undefined): void {
    const name = this.#name
    const found = engine.durableVersion
    // It may have gone back without being told that it has.
    if (found === this.#backTo) this.wentBack()
    this.#backTo = undefined
    if (loss === 'torn') this.#violate(`G10: ${name} takes no notice of a torn value`)
    if (loss !== undefined) this.#shadow.adopt(engine)
    else {
      if (found < this.#told) this.#violate(`G4: ${name} told version ${this.#told} durable, and recovered ${found}`)
      if (this.#sealed > this.#told) this.#paths[found < this.#sealed ? 'commit_lost' : 'commit_kept'] += 1
      const wrong = this.#shadow.recovered(
        engine,
        (version) => engine.lineage.entries.findLast((entry) => entry.first <= version)?.epoch,
      )
      if (wrong !== undefined) this.#violate(`G1/G2/G4: ${name}: ${wrong}`)
    }
    if (loss === undefined) this.#checkCommitted(engine)
    else this.#committed = undefined
    this.#told = found
    this.#sealed = found
    this.written = found
  }

  /** Another life has claimed the store of this one, which still runs or sleeps. */
  replaced(engine: LiveHost, number: number): void {
    this.#paths.owner_replaced += 1
    this.#replaced.add({ engine, number, told: Math.max(engine.durableVersion, this.#sealed) as Version })
  }

  /** Looks at what the owner tells, and at what the others believe: after every event. */
  check(owner: LiveHost | undefined): void {
    if (owner !== undefined) this.#checkOwner(owner)
    for (const life of this.#replaced) {
      // What was in flight when it was fenced may still be told; nothing that was sealed later.
      if (life.engine.durableVersion > life.told)
        this.#violate(`G3: life ${life.number} of ${this.#name} writes although it is fenced`)
      if (!life.engine.running) this.#replaced.delete(life)
    }
  }

  /** What was told to be committed is there for ever: the version, in the epoch that wrote it. */
  #checkCommitted(engine: LiveHost): void {
    const told = this.#committed
    if (told === undefined) return
    const { version, epoch } = told
    if (engine.lineage.epochOf(version) !== epoch)
      this.#violate(`G4: ${this.#name} has undone version ${version} of epoch ${epoch}, which was committed`)
    else if (engine.committedVersion < version) this.#paths.committed_anew += 1
  }

  #checkOwner(engine: LiveHost): void {
    const durable = engine.durableVersion
    if (durable < this.#told) this.#violate(`G4: ${this.#name} went back from ${this.#told} to ${durable}`)
    if (engine.committedVersion > durable) this.#violate(`G4: ${this.#name} has committed what is not durable`)
    if (durable > this.#told) this.#told = durable
    const committed = engine.committedVersion
    if (committed > (this.#committed?.version ?? 0))
      this.#committed = { version: committed, epoch: engine.lineage.epochOf(committed) ?? engine.epoch }
    if (engine.waiting < 0 || engine.unacknowledged < 0) this.#violate(`G7: ${this.#name} has lost count of what waits`)
  }
}
