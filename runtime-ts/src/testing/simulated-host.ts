/**
 * A host of the simulated world: its disk, which outlives everything, and the lives of its process.
 *
 * @module
 */
import { type Hosted, openHosted } from '../crest/host/host.ts'
import { fits } from '../crest/wire/name-patterns.ts'
import type { LiveHost } from '../engine/host.ts'
import type { Version } from '../engine/types.ts'
import { DarqError } from '../error.ts'
import { Disk, type StorageLoss } from './disk.ts'
import { History } from './history.ts'
import { Life } from './life.ts'
import { isQuiet, pendingWorkOf } from './pending-work.ts'
import type { Random } from './random.ts'
import { badStep, killProcessor, type Saboteur } from './sabotage.ts'
import type { HostPlan, SimulatedHostContext } from './simulated-host-context.ts'

/** How long a life goes on whose store has another owner. */
const zombie_ms_max = 20_000
/** Some disks take so long that much can be undone. */
const writes_ms = [3, 3, 40, 200]
/** Half of the hosts wait, or nearly so. */
const ks = [0, 0, 1, 2, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
/** So often in a row is no accident. */
const failures_max = 100

interface Opened {
  readonly life: Life
  readonly hosted: Hosted
  /** The one that lives now: after a rollback another. */
  engine: LiveHost
}

export class SimulatedHost {
  readonly name: string
  readonly disk: Disk
  readonly history: History
  /** How many hosts may be able to revoke what it sends. */
  readonly k: number
  /** The life that owns the store, once it is open. */
  current: Opened | undefined
  /** The life that is being opened. */
  opening: Life | undefined
  readonly #plan: HostPlan
  readonly #world: SimulatedHostContext
  /** Lives whose store has another owner. */
  readonly #zombies = new Set<Life>()
  #lives = 0
  /** Openings in a row that have failed. */
  #failures = 0
  readonly #engines = new Set<LiveHost>()

  constructor(plan: HostPlan, world: SimulatedHostContext) {
    const { name } = plan
    this.name = name
    this.#plan = plan
    this.k = plan.k === 'any' ? (world.random.pick(ks) ?? 0) : (plan.k ?? 0)
    this.#world = world
    const { timeline, random, counts, paths, violate } = world
    const note = (what: string) => world.note(name, what)
    const write_ms_max = plan.k === 'any' ? (random.pick(writes_ms) ?? 0) : 3
    this.disk = new Disk({
      ...{ name, write_ms_max, timeline, random, counts, note },
      written: (generation, change) => world.causality.stored(`${name}#${generation}`, change),
      interrupt: () => this.crash(),
    })
    this.history = new History(name, paths, violate)
  }

  get engine(): LiveHost | undefined {
    return this.current?.engine
  }

  /** Its disk suffers the faults of `lossKinds`. */
  get mayLose(): boolean {
    return this.#plan.mayLose === true
  }

  get running(): boolean {
    return this.current?.life.state === 'running'
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
        if (this.disk.loss === undefined && (error.code === 'corrupt' || error.code === 'newer_format'))
          world.violate(`${this.name} finds its store ${error.code}: ${error.message}`)
        // What is corrupt for good is given up by its owner: a new generation, known to its peers as a stranger.
        if (error.code === 'corrupt') this.disk.wipe()
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
    // What another than the owner writes is not part of the history.
    const owns = () => this.current?.life === life
    const storage = life.storage(this.disk.storage, {
      claiming: (keep, tail) => {
        if (owns()) this.history.goingBack(tail?.version ?? keep)
      },
      claimed: (epoch) => {
        this.history.claimed = epoch
        if (owns()) this.history.wentBack()
      },
      committing: (commit) => {
        if (this.current?.life === life) this.history.committing(this.current.engine, commit)
      },
      committed: ({ version }) => {
        if (owns()) this.history.written = version
      },
    })
    return openHosted({
      name: this.name,
      participants: this.#plan.participants,
      storage,
      core: world.core,
      vectors: world.vectors,
      clock: life.clock,
      random: world.random.fork().next,
      limits: this.#plan.limits ?? {},
      routes: { '*': world.route(life) },
      reply: { send: (to, frame) => world.carry(life, to, frame) },
      lives: (darq) => world.ownerOf(darq) === this.name,
      reopens_max: 0,
      k: this.k,
      onOpened: (engine) => this.#wentBack(life, engine as LiveHost),
      onError: (error, where) => {
        if (life.state === 'dead') return
        world.reported(error)
        world.frames.reported(owns() ? this.engine?.epoch : undefined, error)
        world.note(this.name, `${where}: ${error.message}`)
      },
    })
  }

  #opened(opened: Opened): void {
    const world = this.#world
    const { life, hosted, engine } = opened
    if (life.state === 'dead') return
    if (this.current && this.current.life.state !== 'dead') this.#replaced(this.current)
    this.current = opened
    this.opening = undefined
    this.#failures = 0
    this.#engines.add(engine)
    world.causality.opened(engine)
    world.note(this.name, `life ${life.number} has recovered version ${engine.durableVersion} in epoch ${engine.epoch}`)
    this.history.recovered(engine, this.disk.loss)
    this.disk.loss = undefined
    world.frames.opened(engine)
    void hosted.stopped.then((reason) => this.#stopped(opened, reason))
  }

  /** The life goes on with another engine: the one before has heard that another host has lost what it depends on. */
  #wentBack(life: Life, engine: LiveHost): void {
    const { current } = this
    if (current?.life !== life || life.state === 'dead') return
    const { paths, causality, violate, note, frames } = this.#world
    const before = current.engine
    const to = engine.lineage.last
    note(this.name, `life ${life.number} goes back to version ${to}, in epoch ${engine.epoch}`)
    paths.went_back += 1
    const version = (to + 1) as Version
    const first = { host: before.id, epoch: before.lineage.epochOf(version) ?? before.epoch, version }
    if (!frames.isLossy && !causality.isOrphan(first))
      violate(
        `G5: ${this.name} goes back to version ${to}, although version ${version} depends on nothing that is lost`,
      )
    causality.opened(engine)
    current.engine = engine
    this.#engines.add(engine)
    this.history.recovered(engine, undefined)
    frames.opened(engine)
  }

  #replaced({ life, engine }: Opened): void {
    this.history.replaced(engine, life.number)
    this.#zombies.add(life)
    // One that has nothing to write never learns of it; sooner or later somebody closes it.
    this.#world.timeline.after(zombie_ms_max, () => {
      life.die()
      this.#zombies.delete(life)
    })
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

  crash(): void {
    const { counts, note, timeline, random } = this.#world
    const life = this.current?.life ?? this.opening
    if (!life || life.state === 'dead') return
    counts.crash += 1
    const writing = this.disk.inFlight > 0
    if (writing) counts.commit_in_flight_at_crash += 1
    note(this.name, `life ${life.number} crashes${writing ? ', a write in flight' : ''}`)
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
    if (!this.engine || !this.running) return
    if (random.chance(0.5)) {
      killProcessor(this.engine, this.#saboteur(random), 0, () => {})
      return
    }
    // What it has decided is not written yet when its successor takes over, and perhaps never will be.
    this.disk.arm('slow')
    const life = this.current?.life
    killProcessor(this.engine, this.#saboteur(random), 1, () => {
      this.#world.timeline.after(100 + random.below(400), () => {
        if (life === this.current?.life) this.crash()
      })
    })
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
    if (!this.disk.canLose(kind)) return
    // A life that is fenced already must not find room behind what is lost.
    for (const life of this.#zombies) life.die()
    this.crash()
    this.disk.lose(kind)
    this.#world.frames.isLossy = true
  }

  /** Looks at what is told, after every event. */
  check(): void {
    // One that goes back has nothing more to say.
    const engine = this.running && this.engine?.running ? this.engine : undefined
    this.history.check(engine)
    if (engine) this.#checkSupport(engine)
  }

  /** What it tells to be committed must rest on what is durable, wherever that is (G4). */
  #checkSupport(engine: LiveHost): void {
    const { causality, frames, violate } = this.#world
    const version = engine.committedVersion
    if (frames.isLossy || version === 0) return
    const epoch = engine.lineage.epochOf(version) ?? engine.epoch
    const lacking = causality.unsupported({ host: engine.id, epoch, version })
    if (lacking)
      violate(
        `G4/G5: ${this.name} tells version ${version} committed, but version ${lacking.version} of ${lacking.host} in epoch ${lacking.epoch}, which it came from, is not durable`,
      )
  }

  /** Repeats that its lives have refused. */
  get duplicates_refused(): number {
    let count = 0
    for (const { counts } of this.#engines) count += counts.duplicates_refused
    return count
  }

  /** Has it a participant for this DARQ? */
  hosts(darq: string): boolean {
    return this.#plan.participants.some(({ name }) => fits(name, darq))
  }

  /** What keeps it from being quiet; '' when nothing does. */
  get pendingWork(): string {
    if (this.quiet) return ''
    return this.engine ? `${this.name}: ${pendingWorkOf(this.engine)}` : `${this.name} is not open`
  }

  get quiet(): boolean {
    if (this.opening || !this.engine || !this.running || this.disk.inFlight > 0) return false
    return isQuiet(this.engine, this.#world.frames)
  }
}
