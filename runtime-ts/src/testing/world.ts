/**
 * The simulated world: hosts, their network, one client, one seed.
 *
 * @module
 */
import type { CoreMaker } from '@darq/core'
import { openClient } from '../crest/client.ts'
import type { Client, Receipt } from '../crest/client-types.ts'
import type { Participant } from '../crest/participant.ts'
import { type Route, routeKind } from '../crest/route.ts'
import type { Clock, EngineLimits } from '../engine/types.ts'
import { DarqError } from '../error.ts'
import { clientLink } from './client-link.ts'
import { type FaultCounts, type FaultKind, lossKinds, noFaults } from './fault-kinds.ts'
import { FrameWatch } from './frame-watch.ts'
import type { Life } from './life.ts'
import { Network, type NetworkRates } from './network.ts'
import { Random } from './random.ts'
import { noPaths, type PathCounts } from './rare-paths.ts'
import { Seat } from './seat.ts'
import { eachSettled } from './settled.ts'
import { Timeline } from './timeline.ts'
import { Trace } from './trace.ts'

export interface HostPlan {
  readonly name: string
  readonly participants: readonly Participant[]
  readonly limits?: Partial<EngineLimits>
  /** Its disk suffers the faults of `lossKinds`, if they are among the plan's. */
  readonly mayLose?: boolean
}

export interface FaultPlan {
  /** Chance of a fault before each event. */
  readonly rate: number
  /** Only these; all of `faultKinds` without it. */
  readonly kinds: ReadonlySet<FaultKind>
  /** No more than so many: a failing run is made small by this. */
  readonly faults_max: number
  readonly network: NetworkRates
  /** Chance that a handler throws, before or after what it does. */
  readonly handler: number
}

/** Faults of one host. */
const injections: Partial<Record<FaultKind, (seat: Seat, random: Random) => void>> = {
  crash: (seat) => seat.crash(),
  freeze: (seat) => seat.freeze(false),
  takeover: (seat) => seat.freeze(true),
  second_owner: (seat) => seat.secondOwner(),
  clock_jump: (seat) => seat.jump(),
  processor_died: (seat, random) => seat.killProcessor(random),
  bad_step: (seat, random) => seat.badStep(random),
  commit_slow: (seat) => seat.disk.arm('slow'),
  commit_failed: (seat) => seat.disk.arm('failed'),
  commit_unknown: (seat) => seat.disk.arm('unknown'),
  commit_in_flight_at_crash: (seat) => seat.disk.interruptNext(),
  quota: (seat) => seat.disk.arm('quota'),
  disconnected: (seat) => seat.disk.arm('disconnected'),
  tail_lost: (seat) => seat.lose('tail_lost'),
  torn: (seat) => seat.lose('torn'),
  wiped: (seat) => seat.lose('wiped'),
  restored: (seat) => seat.lose('restored'),
}

export class Simulation {
  readonly seed: number
  readonly timeline = new Timeline()
  readonly counts: FaultCounts = noFaults()
  readonly #paths: PathCounts = noPaths()
  /** Errors that nobody waits for, by code: rare paths that were taken. */
  readonly codes = new Map<string, number>()
  readonly trace = new Trace(this.timeline)
  readonly violations: string[] = []
  readonly #frames = new FrameWatch((what) => this.violate(what), this.#paths)
  readonly client: Client
  readonly random: Random
  /** The seed's choice: faults stop when the work is done, whatever is on its way. */
  readonly stopsEarly: boolean
  /** How many were opened. */
  clients = 0
  events = 0
  /** What clients have sent whose fate they don't know yet. */
  #underWay = 0
  #faulty = true
  /** How many were injected. */
  faults = 0
  readonly #plan: FaultPlan
  readonly #network: Network
  readonly #seats: readonly Seat[]
  readonly #mayLose: ReadonlySet<string>
  readonly #handlerRandom: Random
  readonly #clientRandom: Random
  readonly #faultRandom: Random

  constructor(seed: number, hosts: readonly HostPlan[], plan: FaultPlan, core: CoreMaker) {
    this.seed = seed
    this.#plan = plan
    const root = new Random(seed)
    this.random = root.fork()
    this.#clientRandom = root.fork()
    this.#faultRandom = root.fork()
    this.stopsEarly = this.#faultRandom.chance(0.5)
    this.#handlerRandom = root.fork()
    this.#network = new Network(this.timeline, root.fork(), this.counts)
    this.#network.rates = plan.network
    this.#mayLose = new Set(hosts.filter(({ mayLose }) => mayLose).map(({ name }) => name))
    this.#seats = hosts.map(({ name, participants, limits = {} }) => {
      return new Seat(name, participants, limits, {
        timeline: this.timeline,
        random: root.fork(),
        counts: this.counts,
        paths: this.#paths,
        frames: this.#frames,
        core,
        note: (host, what) => this.trace.note(host, what),
        violate: (what) => this.violate(what),
        route: (life) => this.#route(life),
        carry: (life, to, frame) => this.#carry(life, to, frame),
        ownerOf: (darq) => this.#ownerOf(darq)?.name,
        reported: (error) => this.#reported(error),
      })
    })
    this.client = this.openClient(`client-${seed}`)
    for (const seat of this.#seats) seat.open()
  }

  /** Another client of the world: a producer of its own. */
  openClient(producer: string): Client {
    this.clients += 1
    const clock: Clock = {
      now_ms: () => this.timeline.now_ms,
      soon: (run) => void this.timeline.after(0, run),
      wake: (at_ms, run) => {
        const event = this.timeline.at(at_ms, run)
        return () => {
          event.run = undefined
        }
      },
    }
    const link = clientLink(this.timeline, this.#network, this.counts, (darq) => {
      const opened = this.#ownerOf(darq)?.current
      return opened && { life: opened.life, link: opened.hosted.link }
    })
    const client = openClient({ link: () => link, producer, clock, random: this.#clientRandom.fork().next })
    const sent = ({ committed }: Receipt): void => {
      this.#underWay += 1
      const over = () => {
        this.#underWay -= 1
      }
      committed.then(over, over)
    }
    return {
      send: (message, options) => {
        const receipt = client.send(message, options)
        sent(receipt)
        return receipt
      },
      call: (message, options) => {
        const asked = client.call(message, options)
        sent(asked.receipt)
        return asked
      },
      query: (message, options) => client.query(message, options),
      watch: (message, options) => client.watch(message, options),
      inspect: (name) => client.inspect(name),
      session: client.session,
      close: () => client.close(),
      [Symbol.asyncDispose]: () => client.close(),
    }
  }

  violate(what: string): void {
    this.trace.note('', `VIOLATION ${what}`)
    this.violations.push(what)
  }

  /** DARQs are spread over the hosts that have a participant for them. */
  #ownerOf(darq: string): Seat | undefined {
    let owner = this.#owners.get(darq)
    if (owner === undefined) {
      const owners = this.#seats.filter((seat) => seat.hosts(darq))
      let hash = 7
      for (let i = 0; i < darq.length; i += 1) hash = (Math.imul(hash, 31) + darq.charCodeAt(i)) >>> 0
      owner = owners[hash % Math.max(1, owners.length)]
      if (owner) this.#owners.set(darq, owner)
    }
    return owner
  }
  readonly #owners = new Map<string, Seat>()

  hostOf(darq: string): string | undefined {
    return this.#ownerOf(darq)?.name
  }

  #route(life: Life): Route {
    return {
      [routeKind]: 'route',
      address: (darq) => this.#ownerOf(darq)?.name ?? darq,
      link: () => {
        throw new DarqError('unavailable', { message: 'clients of a simulation are the world’s' })
      },
      transport: () => ({ send: (to, frame) => this.#carry(life, to, frame) }),
    }
  }

  #carry(life: Life, to: string, frame: Uint8Array): void {
    if (life.state !== 'running') return
    const seat = this.#seat(life.host)
    const target = this.#seat(to)
    if (!seat || !target) return
    const decoded = this.#frames.leaves(seat.name, seat.history, frame)
    this.#network.carry(life.host, to, () => {
      const opened = target.current
      opened?.life.guard(() => {
        try {
          this.#frames.arrives(opened.engine, life.host, decoded, frame)
        } catch (error) {
          if (!(error instanceof DarqError)) throw error
          this.#reported(error)
        }
      })()
    })
  }

  #reported({ code }: DarqError): void {
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1)
    if (code === 'backpressure') this.#paths.backpressure += 1
  }

  /** How often each rare path was taken so far. */
  get paths(): PathCounts {
    const duplicate_refused = this.#seats.reduce((sum, seat) => sum + seat.duplicates_refused, 0)
    return { ...this.#paths, duplicate_refused }
  }

  #seat(name: string): Seat | undefined {
    return this.#seats.find((seat) => seat.name === name)
  }

  /** Whether a handler that is about to run fails, and when. */
  handlerFault(): 'before' | 'after' | undefined {
    if (!this.#faulty || !this.#handlerRandom.chance(this.#plan.handler)) return undefined
    const when = this.#handlerRandom.chance(0.5) ? 'before' : 'after'
    const kind = when === 'before' ? 'handler_threw' : 'handler_died'
    if (!this.#plan.kinds.has(kind)) return undefined
    this.counts[kind] += 1
    return when
  }

  #inject(): void {
    const random = this.#faultRandom
    if (!this.#faulty || this.faults >= this.#plan.faults_max || !random.chance(this.#plan.rate)) return
    const seat = random.pick(this.#seats)
    const kind = random.pick([...this.#plan.kinds])
    if (!seat || !kind) return
    const inject = isLoss(kind) && !this.#mayLose.has(seat.name) ? undefined : injections[kind]
    if (inject) {
      inject(seat, random)
      this.faults += 1
    } else if (kind === 'partition') {
      const to = random.pick(this.#seats)
      if (to) this.#network.cut(seat.name, to.name, 50 + random.below(2_000))
      this.faults += 1
      // What befalls single frames, requests and handlers is drawn where they pass.
    } else if (random.chance(0.2)) seat.disk.snapshot()
  }

  /** Runs until `done` says so, or no event is left, or `events_max`. @returns whether it is done */
  async run(done: () => boolean, events_max: number): Promise<boolean> {
    let isDone = false
    let isFirst = true
    await eachSettled(() => {
      if (isFirst) isFirst = false
      else this.#happened()
      isDone = done()
      if (isDone || this.events >= events_max || this.violations.length > 0) return false
      this.#inject()
      if (this.timeline.step()) return true
      isDone = done()
      return false
    })
    return isDone
  }

  /** An event has happened, with all that came of it. */
  #happened(): void {
    this.events += 1
    if (this.events % 100 === 0) this.#look?.()
    for (const seat of this.#seats) seat.check()
  }

  /** Looks at the world every hundred events; the next look waits for the one before. */
  watch(look: () => Promise<void>, failed: (error: unknown) => void): void {
    const next = () => {
      this.#look = undefined
      look().then(() => {
        this.#look = next
      }, failed)
    }
    this.#look = next
  }
  #look: (() => void) | undefined

  /** Lets the faults stop: what is frozen thaws by itself, what is dead is opened again. */
  calm(): void {
    this.#faulty = false
    this.#network.heal()
    this.trace.note('', 'the faults stop')
  }

  get quiet(): boolean {
    return this.#underWay === 0 && this.#seats.every((seat) => seat.quiet)
  }

  /** What keeps the world from being quiet. */
  get unrest(): string {
    const clients = this.#underWay > 0 ? `${this.#underWay} messages of clients are not committed` : ''
    return [clients, ...this.#seats.map((seat) => seat.unrest)].filter((text) => text !== '').join('; ')
  }
}

const isLoss = (kind: FaultKind): boolean => lossKinds.some((loss) => loss === kind)
