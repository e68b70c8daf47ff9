/**
 * A host's place in the simulated world: its disk, which outlives everything, and the lives of its process.
 *
 * @module
 */
import { type CoreMaker, Kind } from '@darq/core'
import { type Hosted, openHosted } from '../crest/host.ts'
import type { Participant } from '../crest/participant.ts'
import type { Route } from '../crest/route.ts'
import { decodeCommit } from '../engine/commit-value.ts'
import { addressed } from '../engine/deliver.ts'
import type { LiveHost } from '../engine/host.ts'
import type { EngineLimits, Epoch, Version } from '../engine/types.ts'
import { DarqError } from '../error.ts'
import { type Fate, type FaultyMemory, faultyMemory } from '../storage/memory-faults.ts'
import type { FaultCounts, lossKinds } from './fault-kinds.ts'
import type { FrameWatch } from './frame-watch.ts'
import { Life } from './life.ts'
import type { Random } from './random.ts'
import { countPaths, type PathCounts } from './rare-paths.ts'
import { badStep, killProcessor, type Saboteur } from './sabotage.ts'
import { Shadow } from './shadow.ts'
import type { Timeline } from './timeline.ts'

/** What a seat needs of its world. */
export interface Surroundings {
  readonly timeline: Timeline
  readonly random: Random
  readonly counts: FaultCounts
  readonly paths: PathCounts
  readonly frames: FrameWatch
  readonly core: CoreMaker
  readonly note: (host: string, what: string) => void
  readonly violate: (what: string) => void
  /** The way of one life to the DARQs of other hosts. */
  readonly route: (life: Life) => Route
  readonly carry: (life: Life, to: string, frame: Uint8Array) => void
  readonly ownerOf: (darq: string) => string | undefined
  /** Errors that nobody waits for, by code. */
  readonly reported: (error: DarqError) => void
}

const commit_ms_max = 3
const slow_ms_max = 1_500
/** Small, so that large commits stand in several values. */
const value_bytes_max = 2_048

/** How long a life goes on whose store has another owner. */
const zombie_ms_max = 20_000
/** So often in a row is no accident. */
const failures_max = 100

export type StorageLoss = (typeof lossKinds)[number]

interface Opened {
  readonly life: Life
  readonly hosted: Hosted
  readonly engine: LiveHost
}

interface Zombie extends Opened {
  /** What it knew to be durable when its store was taken over. */
  readonly told: Version
}

export class Seat {
  readonly name: string
  readonly disk: FaultyMemory
  /** The life that owns the store, once it is open. */
  current: Opened | undefined
  /** The life that is being opened. */
  opening: Life | undefined
  readonly #participants: readonly Participant[]
  readonly #limits: Partial<EngineLimits>
  readonly #world: Surroundings
  readonly #shadow = new Shadow()
  /** Lives that believe in themselves, but own the store no more. */
  readonly #zombies = new Set<Zombie>()
  /** What the next write is to suffer. */
  readonly #armed: (Fate | 'slow')[] = []
  /** The newest version that anybody was told is durable. */
  #told = 0 as Version
  /** The newest version, and the newest claim, that are in the store. */
  written = 0 as Version
  claimed = 0 as Epoch
  /** The newest version that was on its way to the store. */
  #sealed = 0 as Version
  /** The disk broke its promise, and was not opened since: what was told may be gone. */
  #loss: StorageLoss | undefined
  #lives = 0
  /** Openings in a row that have failed. */
  #failures = 0
  #inFlight = 0
  readonly #engines = new Set<LiveHost>()

  constructor(name: string, participants: readonly Participant[], limits: Partial<EngineLimits>, world: Surroundings) {
    this.name = name
    this.#participants = participants
    this.#limits = limits
    this.#world = world
    let generations = 0
    this.disk = faultyMemory({
      fate: () => this.#fate(),
      part_bytes_max: value_bytes_max,
      generation: () => {
        generations += 1
        return `${name}-${generations}`
      },
    })
  }

  get engine(): LiveHost | undefined {
    return this.current?.engine
  }

  get running(): boolean {
    return this.current?.life.state === 'running'
  }

  arm(fate: Fate | 'slow'): void {
    if (this.#armed.length < 3) this.#armed.push(fate)
  }

  async #fate(): Promise<Fate> {
    const { timeline, random, counts } = this.#world
    const armed = this.#armed.shift()
    const slow = armed === 'slow'
    if (slow) counts.commit_slow += 1
    this.#inFlight += 1
    if (this.#crashWhenWriting) {
      this.#crashWhenWriting = false
      timeline.after(0, () => this.crash())
    }
    const wait_ms = random.next() * (slow ? slow_ms_max : commit_ms_max)
    const fate = await new Promise<Fate>((resolve) => {
      timeline.after(wait_ms, () => resolve(armed === undefined || armed === 'slow' ? 'written' : armed))
    })
    this.#inFlight -= 1
    if (fate !== 'written') {
      counts[fate === 'failed' ? 'commit_failed' : fate === 'unknown' ? 'commit_unknown' : fate] += 1
      this.#world.note(this.name, `a write ends as ${fate}`)
    }
    return fate
  }

  /** Opens a new life of the host. Whoever owned the store before is fenced when the claim is written. */
  open(): void {
    const world = this.#world
    this.#lives += 1
    const skew_ms = this.current?.life.skew_ms ?? 0
    const life = new Life(this.name, this.#lives, world.timeline, skew_ms)
    this.opening = life
    this.#open(life).then(
      (hosted) => this.#opened({ life, hosted, engine: hosted.engine as LiveHost }),
      (error: unknown) => {
        if (life.state === 'dead' || this.opening !== life) return
        if (!(error instanceof DarqError)) throw error
        this.opening = undefined
        world.note(this.name, `could not be opened: ${error.message}`)
        world.reported(error)
        if (this.#loss === undefined && (error.code === 'corrupt' || error.code === 'newer_format'))
          world.violate(`${this.name} finds its store ${error.code}: ${error.message}`)
        // What is corrupt for good is given up by its owner: a new generation, known to its peers as a stranger.
        if (error.code === 'corrupt') {
          this.disk.wipe()
          this.#loss = 'wiped'
        }
        this.#failures += 1
        if (this.#failures > failures_max)
          world.violate(`G7: ${this.name} can't be opened, although nobody else owns its store: ${error.message}`)
        world.timeline.after(10 + world.random.below(90), () => {
          if (!this.opening && !this.running) this.open()
        })
      },
    )
  }

  async #open(life: Life): Promise<Hosted> {
    const world = this.#world
    let hosted: Hosted | undefined
    const storage = life.storage(this.disk, {
      claimed: (epoch) => {
        this.claimed = epoch
      },
      committing: ({ bytes }) => {
        const engine = hosted?.engine as LiveHost | undefined
        // A zombie's writes are not part of the history.
        if (!engine || this.current?.life !== life) return
        const commit = decodeCommit(bytes)
        this.#sealed = commit.version
        this.#shadow.committing(engine, commit)
        countPaths(world.paths, engine, commit.parts)
      },
      committed: ({ version }) => {
        if (this.current?.life === life) this.written = version
      },
    })
    hosted = await openHosted({
      name: this.name,
      participants: this.#participants,
      storage,
      core: world.core,
      clock: life.clock,
      random: world.random.fork().next,
      limits: this.#limits,
      routes: { '*': world.route(life) },
      reply: { send: (to, frame) => world.carry(life, to, frame) },
      lives: (darq) => world.ownerOf(darq) === this.name,
      reopens_max: 0,
      onError: (error, where) => {
        if (life.state === 'dead') return
        world.reported(error)
        world.frames.reported(hosted?.engine.epoch, error)
        world.note(this.name, `${where}: ${error.message}`)
      },
    })
    return hosted
  }

  #opened(opened: Opened): void {
    const world = this.#world
    const { life, hosted, engine } = opened
    if (life.state === 'dead') return
    if (this.current && this.current.life.state !== 'dead') {
      world.paths.owner_replaced += 1
      const zombie = { ...this.current, told: this.current.engine.durableVersion }
      this.#zombies.add(zombie)
      // One that has nothing to write never learns of it; sooner or later somebody closes it.
      world.timeline.after(zombie_ms_max, () => zombie.life.die())
    }
    this.current = opened
    this.opening = undefined
    this.#failures = 0
    this.#engines.add(engine)
    world.note(this.name, `life ${life.number} has recovered version ${engine.durableVersion} in epoch ${engine.epoch}`)
    this.#recovered(engine)
    this.written = engine.durableVersion
    world.frames.opened(engine)
    void hosted.stopped.then((reason) => this.#stopped(opened, reason))
  }

  /** What a life finds is what the lives before have left, unless the disk broke its promise. */
  #recovered(engine: LiveHost): void {
    const { violate, paths } = this.#world
    const found = engine.durableVersion
    if (this.#loss !== undefined) {
      if (this.#loss === 'torn') violate(`G10: ${this.name} takes no notice of a torn value`)
      this.#loss = undefined
      this.#shadow.adopt(engine)
    } else {
      if (found < this.#told) violate(`G4: ${this.name} told version ${this.#told} durable, and recovered ${found}`)
      if (this.#sealed > this.#told) paths[found < this.#sealed ? 'commit_lost' : 'commit_kept'] += 1
      const wrong = this.#shadow.recovered(
        engine,
        (version) => engine.lineage.entries.findLast((entry) => entry.first <= version)?.epoch,
      )
      if (wrong !== undefined) violate(`G1/G2/G4: ${this.name}: ${wrong}`)
    }
    this.#told = found
    this.#sealed = found
  }

  #stopped({ life }: Opened, reason: DarqError | undefined): void {
    if (life.state === 'dead') return
    this.#world.note(this.name, `life ${life.number} has stopped: ${reason?.code ?? 'closed'}`)
    if (reason?.code === 'fenced') this.#world.paths.owner_fenced += 1
    life.die()
    if (this.current?.life !== life) return
    this.current = undefined
    // The one that was fenced does not fight; any other comes back.
    if (!this.opening) this.#world.timeline.after(5 + this.#world.random.below(50), () => this.#reopen())
  }

  #reopen(): void {
    if (!this.opening && !this.current) this.open()
  }

  /** The next write has begun, and may be carried out, when its host is gone. */
  crashWhenWriting(): void {
    this.#crashWhenWriting = true
  }
  #crashWhenWriting = false

  crash(): void {
    const { counts, note, timeline, random } = this.#world
    const life = this.current?.life ?? this.opening
    if (!life || life.state === 'dead') return
    counts.crash += 1
    if (this.#inFlight > 0) counts.commit_in_flight_at_crash += 1
    note(this.name, `life ${life.number} crashes${this.#inFlight > 0 ? ', a write in flight' : ''}`)
    life.die()
    this.opening?.die()
    this.opening = undefined
    this.current = undefined
    timeline.after(random.below(300), () => this.#reopen())
  }

  freeze(takeover: boolean): void {
    const { counts, note, timeline, random } = this.#world
    const opened = this.current
    if (opened?.life.state !== 'running') return
    counts.freeze += 1
    note(this.name, `life ${opened.life.number} freezes`)
    opened.life.freeze()
    const for_ms = 20 + random.below(3_000)
    timeline.after(for_ms, () => {
      note(this.name, `life ${opened.life.number} thaws`)
      opened.life.thaw()
    })
    if (takeover)
      timeline.after(random.below(for_ms), () => {
        if (this.opening || opened.life.state !== 'frozen') return
        counts.takeover += 1
        this.open()
      })
  }

  secondOwner(): void {
    if (this.opening || !this.running) return
    this.#world.counts.second_owner += 1
    this.#world.note(this.name, 'a second owner opens the store')
    this.open()
  }

  killProcessor(random: Random): void {
    if (this.engine && this.running) killProcessor(this.engine, this.#saboteur(random))
  }

  badStep(random: Random): void {
    if (this.engine && this.running) badStep(this.engine, this.#saboteur(random))
  }

  #saboteur(random: Random): Saboteur {
    const { counts, paths, violate } = this.#world
    return { random, counts, paths, violate }
  }

  jump(): void {
    const { counts, note, random } = this.#world
    const life = this.current?.life
    if (!life) return
    counts.clock_jump += 1
    life.skew_ms = (random.next() - 0.5) * 7_200_000
    note(this.name, `the clock jumps to ${Math.round(life.skew_ms)} ms off`)
  }

  lose(kind: StorageLoss): void {
    const { counts, frames, note, random } = this.#world
    if ((kind === 'restored' && !this.#image) || this.disk.numbers.length === 0) return
    // A life that is fenced already must not find room behind what is lost.
    for (const { life } of this.#zombies) life.die()
    this.crash()
    note(this.name, `the disk: ${kind}`)
    counts[kind] += 1
    this.disk.disconnect()
    if (kind === 'tail_lost') this.disk.loseTail(1 + random.below(3))
    else if (kind === 'torn') this.disk.tear()
    else if (kind === 'restored' && this.#image) this.disk.restore(this.#image)
    else this.disk.wipe()
    this.#loss = kind
    frames.isLossy = true
  }

  #image: ReturnType<FaultyMemory['snapshot']> | undefined
  /** Remembers the disk as it is, for a later restore. */
  snapshot(): void {
    this.#image = this.disk.snapshot()
  }

  /** Looks at what is told, after every event. */
  check(): void {
    const engine = this.engine
    if (engine && this.current?.life.state === 'running') {
      const durable = engine.durableVersion
      if (durable < this.#told) this.#world.violate(`G4: ${this.name} went back from ${this.#told} to ${durable}`)
      if (engine.committedVersion > durable) this.#world.violate(`G4: ${this.name} has committed what is not durable`)
      if (durable > this.#told) this.#told = durable
      if (engine.waiting < 0 || engine.unacknowledged < 0)
        this.#world.violate(`G7: ${this.name} has lost count of what waits`)
    }
    for (const zombie of this.#zombies) this.#checkZombie(zombie)
  }

  #checkZombie(zombie: Zombie): void {
    if (zombie.life.state === 'dead') this.#zombies.delete(zombie)
    // What was in flight when it was fenced may still be told; nothing that was sealed later.
    else if (zombie.engine.durableVersion > zombie.told + 1)
      this.#world.violate(`G3: life ${zombie.life.number} of ${this.name} writes although it is fenced`)
  }

  /** Repeats that its lives have refused. */
  get duplicates_refused(): number {
    let count = 0
    for (const { counts } of this.#engines) count += counts.duplicates_refused
    return count
  }

  /** Has it a participant for this DARQ? */
  hosts(darq: string): boolean {
    return this.#participants.some(
      ({ name }) => name === darq || (name.endsWith('/*') && darq.startsWith(name.slice(0, -1))),
    )
  }

  /** What keeps it from being quiet; '' when nothing does. */
  get unrest(): string {
    if (this.quiet) return ''
    const engine = this.engine
    if (!engine) return `${this.name} is not open`
    return `${this.name}: ${engine.waiting} wait, ${this.#kept(engine)} are put aside, ${engine.unacknowledged} not acknowledged, version ${engine.durableVersion} durable, ${engine.versions.open} open`
  }

  get quiet(): boolean {
    const engine = this.engine
    if (this.opening || !engine || !this.running || this.#inFlight > 0 || engine.dirty) return false
    if (engine.waiting > 0 || this.#kept(engine) > 0) return false
    return engine.unacknowledged === 0 || engine.unacknowledged === this.#undeliverable(engine)
  }

  /** What was sent on channels that can't go on, because storage was lost. */
  #undeliverable(engine: LiveHost): number {
    const { frames } = this.#world
    if (!frames.isLossy) return 0
    let count = 0
    for (const name of engine.names) {
      const darq = engine.existing(name)
      for (const lsn of darq?.pendingOf(Kind.out) ?? [])
        if (darq && frames.isBroken(engine, name, addressed(darq, lsn).to)) count += 1
    }
    return count
  }

  /** What participants have put aside to do later: messages no more, but not done. */
  #kept(engine: LiveHost): number {
    let kept = 0
    for (const name of engine.names) {
      const processor = engine.existing(name)?.attachment?.processor
      if (processor && 'kept' in processor && typeof processor.kept === 'number') kept += processor.kept
    }
    return kept
  }
}
