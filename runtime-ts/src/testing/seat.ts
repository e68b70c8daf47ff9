/**
 * A host's place in the simulated world: its disk, which outlives everything, and the lives of its process.
 *
 * @module
 */
import { type CoreMaker, Kind, type Lsn } from '@darq/core'
import { type Hosted, openHosted } from '../crest/host.ts'
import type { Participant } from '../crest/participant.ts'
import type { Route } from '../crest/route.ts'
import type { LiveDarq } from '../engine/darq.ts'
import type { LiveHost } from '../engine/host.ts'
import type { EngineLimits, NonEmpty, Version } from '../engine/types.ts'
import { DarqError } from '../error.ts'
import { type Fate, type FaultyMemory, faultyMemory } from '../storage/memory-faults.ts'
import type { FaultCounts } from './fault-kinds.ts'
import { fragile, InjectedFault } from './fragile.ts'
import { Life } from './life.ts'
import type { Random } from './random.ts'
import { Shadow } from './shadow.ts'
import type { Timeline } from './timeline.ts'

/** What a seat needs of its world. */
export interface Surroundings {
  readonly timeline: Timeline
  readonly random: Random
  readonly counts: FaultCounts
  readonly core: CoreMaker
  readonly note: (host: string, what: string) => void
  readonly violate: (what: string) => void
  /** The way of one life to the DARQs of other hosts. */
  readonly route: (life: Life) => Route
  readonly carry: (life: Life, to: string, frame: Uint8Array) => void
  readonly ownerOf: (darq: string) => string | undefined
  /** Errors that nobody waits for, by code. */
  readonly reported: (error: DarqError) => void
  readonly handlerFault: () => 'before' | 'after' | undefined
}

const commit_ms_max = 3
const slow_ms_max = 1_500

interface Opened {
  readonly life: Life
  readonly hosted: Hosted
  readonly engine: LiveHost
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
  readonly #zombies: Opened[] = []
  /** What the next write is to suffer. */
  readonly #armed: (Fate | 'slow')[] = []
  /** The newest version that anybody was told is durable. */
  #told = 0 as Version
  /** The newest version that is in the store. */
  written = 0 as Version
  /** The disk broke its promise: what was told may be gone. */
  #lossy = false
  #lives = 0
  #inFlight = 0

  constructor(name: string, participants: readonly Participant[], limits: Partial<EngineLimits>, world: Surroundings) {
    this.name = name
    this.#participants = participants
    this.#limits = limits
    this.#world = world
    let generations = 0
    this.disk = faultyMemory({
      fate: (write) => this.#fate(write.number),
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

  async #fate(_number: number): Promise<Fate> {
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
        if (!this.#lossy && (error.code === 'corrupt' || error.code === 'newer_format'))
          world.violate(`${this.name} finds its store ${error.code}: ${error.message}`)
        // What is corrupt for good is given up by its owner: a new generation, known to its peers as a stranger.
        if (error.code === 'corrupt') this.wipe()
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
      committing: (commit) => {
        const engine = hosted?.engine as LiveHost | undefined
        // A zombie's writes are not part of the history.
        if (engine && this.current?.life === life) this.#shadow.committing(engine, commit)
      },
      committed: ({ version }) => {
        if (this.current?.life === life) this.written = version
      },
    })
    hosted = await openHosted({
      name: this.name,
      participants: this.#participants.map((participant) => fragile(participant, world.handlerFault)),
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
        world.note(this.name, `${where}: ${error.message}`)
      },
    })
    return hosted
  }

  #opened(opened: Opened): void {
    const world = this.#world
    const { life, hosted, engine } = opened
    if (life.state === 'dead') return
    if (this.current && this.current.life.state !== 'dead') this.#zombies.push(this.current)
    this.current = opened
    this.opening = undefined
    this.written = engine.durableVersion
    world.note(this.name, `life ${life.number} has recovered version ${engine.durableVersion} in epoch ${engine.epoch}`)
    if (!this.#lossy) {
      if (engine.durableVersion < this.#told)
        world.violate(`G4: ${this.name} told version ${this.#told} durable, and recovered ${engine.durableVersion}`)
      const wrong = this.#shadow.recovered(
        engine,
        (version) => engine.lineage.entries.findLast((entry) => entry.first <= version)?.epoch,
      )
      if (wrong !== undefined) world.violate(`G1/G2/G4: ${this.name}: ${wrong}`)
    } else this.#told = engine.durableVersion
    void hosted.stopped.then((reason) => this.#stopped(opened, reason))
  }

  #stopped({ life }: Opened, reason: DarqError | undefined): void {
    if (life.state === 'dead') return
    this.#world.note(this.name, `life ${life.number} has stopped: ${reason?.code ?? 'closed'}`)
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

  /** One of the DARQs that have a processor. */
  #attached(random: Random): LiveDarq | undefined {
    const engine = this.running ? this.engine : undefined
    return random.pick(
      (engine?.names ?? []).flatMap((name) => engine?.existing(name) ?? []).filter((darq) => darq.attachment),
    )
  }

  /** The processor of one DARQ throws at its next delivery. */
  killProcessor(random: Random): void {
    const darq = this.#attached(random)
    const processor = darq?.attachment?.processor
    if (!darq || !processor || Object.hasOwn(processor, 'deliver')) return
    processor.deliver = () => {
      this.#world.counts.processor_died += 1
      throw new InjectedFault(`the processor of ${darq.name} dies`)
    }
  }

  /** Steps that must be refused, and must leave no trace. */
  badStep(random: Random): void {
    const darq = this.#attached(random)
    const attachment = darq?.attachment
    if (!darq || !attachment) return
    const { core } = darq
    const span = (core.end - core.start) / 8
    const anywhere = (core.start + 8 * random.below(span + 2)) as Lsn
    const pending = darq.pendingOf(Kind.message)[0]
    const consume: NonEmpty<Lsn> = pending === undefined || random.chance(0.5) ? [anywhere] : [pending, pending]
    if (consume.length === 1 && isConsumable(darq, anywhere)) return
    const before = core.digest()
    this.#world.counts.bad_step += 1
    try {
      attachment.step({ consume, remember: ['never'] })
      this.#world.violate(`G2: ${darq.name} on ${this.name} let a step consume ${consume.join()}`)
    } catch (error) {
      if (!(error instanceof DarqError)) throw error
      if (error.code !== 'backpressure' && error.code !== 'conflict')
        this.#world.violate(`a bad step is refused as ${error.code}`)
    }
    if (core.digest() !== before) this.#world.violate(`G1: a refused step of ${darq.name} left a trace`)
  }

  jump(): void {
    const { counts, note, random } = this.#world
    const life = this.current?.life
    if (!life) return
    counts.clock_jump += 1
    life.skew_ms = (random.next() - 0.5) * 7_200_000
    note(this.name, `the clock jumps to ${Math.round(life.skew_ms)} ms off`)
  }

  lose(kind: 'tail_lost' | 'torn' | 'wiped' | 'restored'): void {
    const { counts, random } = this.#world
    if (kind === 'restored' && !this.#image) return
    counts[kind] += 1
    this.#lossy = true
    this.#shadow.forget()
    this.#world.note(this.name, `the disk: ${kind}`)
    if (kind === 'tail_lost') this.disk.loseTail(1 + random.below(3))
    else if (kind === 'torn') this.disk.tear()
    else if (kind === 'restored' && this.#image) this.disk.restore(this.#image)
    else this.wipe()
    this.crash()
  }

  #image: ReturnType<FaultyMemory['snapshot']> | undefined
  /** Remembers the disk as it is, for a later restore. */
  snapshot(): void {
    this.#image = this.disk.snapshot()
  }

  wipe(): void {
    this.disk.wipe()
    this.#shadow.forget()
    this.#told = 0 as Version
  }

  /** Looks at what is told, after every event. */
  check(): void {
    const engine = this.engine
    if (engine && this.current?.life.state === 'running') {
      const durable = engine.durableVersion
      if (durable < this.#told && !this.#lossy)
        this.#world.violate(`G4: ${this.name} went back from ${this.#told} to ${durable}`)
      if (engine.committedVersion > durable) this.#world.violate(`G4: ${this.name} has committed what is not durable`)
      if (durable > this.#told) this.#told = durable
      if (engine.waiting < 0 || engine.unacknowledged < 0)
        this.#world.violate(`G7: ${this.name} has lost count of what waits`)
    }
    for (const { life, engine: zombie } of this.#zombies) {
      const known = this.#zombieDurable.get(life) ?? zombie.durableVersion
      // What was in flight when it was fenced may still be told; nothing that was sealed later.
      if (zombie.durableVersion > known + 1)
        this.#world.violate(`G3: life ${life.number} of ${this.name} writes although it is fenced`)
      this.#zombieDurable.set(life, known)
    }
  }
  readonly #zombieDurable = new Map<Life, number>()

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
    return engine.waiting === 0 && engine.unacknowledged === 0 && this.#kept(engine) === 0
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

function isConsumable({ core }: LiveDarq, lsn: Lsn): boolean {
  if (lsn < core.start || lsn >= core.end || !core.isPending(lsn)) return false
  return ((core.words[(core.at(lsn) >>> 2) + 1] ?? 0) & 255) !== Kind.out
}
