/**
 * The simulated world: hosts, their network, one client, one seed.
 *
 * @module
 */
import type { Client } from '../crest/client/client-types.ts'
import { type Route, routeKind } from '../crest/wire/route.ts'
import { decodeSession } from '../crest/wire/session.ts'
import { DarqError } from '../error.ts'
import { Causality } from './causality.ts'
import { clientLink } from './client-link.ts'
import { FaultInjection, type FaultPlan } from './fault-injection.ts'
import { type FaultCounts, noFaults } from './fault-kinds.ts'
import { FrameWatch } from './frame-watch.ts'
import type { Life } from './life.ts'
import { Network } from './network.ts'
import { Random } from './random.ts'
import { noPaths, type PathCounts } from './rare-paths.ts'
import { eachSettled } from './settled.ts'
import { SimulatedHost } from './simulated-host.ts'
import type { HostPlan, Makers } from './simulated-host-context.ts'
import { Timeline } from './timeline.ts'
import { Trace } from './trace.ts'
import { WorldClients } from './world-clients.ts'

export class Simulation {
  readonly seed: number
  readonly timeline = new Timeline()
  readonly counts: FaultCounts = noFaults()
  readonly #paths: PathCounts = noPaths()
  /** Errors that nobody waits for, by code: rare paths that were taken. */
  readonly codes = new Map<string, number>()
  readonly trace = new Trace(this.timeline)
  readonly violations: string[] = []
  readonly #causality = new Causality()
  readonly #frames = new FrameWatch((what) => this.violate(what), this.#paths, this.#causality)
  readonly faults: FaultInjection
  readonly clients: WorldClients
  readonly client: Client
  readonly random: Random
  events = 0
  readonly #network: Network
  readonly #hosts: readonly SimulatedHost[]
  readonly #owners = new Map<string, SimulatedHost>()
  #look: (() => void) | undefined

  constructor(seed: number, hosts: readonly HostPlan[], plan: FaultPlan, { core, vectors }: Makers) {
    this.seed = seed
    const root = new Random(seed)
    this.random = root.fork()
    const clientRandom = root.fork()
    const faultRandom = root.fork()
    const handlerRandom = root.fork()
    this.#network = new Network(this.timeline, root.fork(), this.counts)
    this.faults = new FaultInjection(plan, faultRandom, handlerRandom, this.#network, this.counts)
    this.#hosts = hosts.map(
      (host) =>
        new SimulatedHost(host, {
          timeline: this.timeline,
          random: root.fork(),
          counts: this.counts,
          paths: this.#paths,
          frames: this.#frames,
          causality: this.#causality,
          core,
          vectors,
          note: (name, what) => this.trace.note(name, what),
          violate: (what) => this.violate(what),
          route: (life) => this.#route(life),
          carry: (life, to, frame) => this.#carry(life, to, frame),
          ownerOf: (darq) => this.hostOf(darq),
          reported: (error) => this.#reported(error),
        }),
    )
    const answering = (darq: string) => {
      const opened = this.#ownerOf(darq)?.current
      return opened && { life: opened.life, link: opened.hosted.link }
    }
    const link = clientLink(this.timeline, this.#network, this.counts, answering, (life, darq, session) => {
      const current = this.#ownerOf(darq)?.current
      // What one takes that has been replaced comes to nothing.
      const engine = current?.life === life ? current.engine : undefined
      const version = engine?.existing(darq)?.newest
      if (engine && version !== undefined) this.#causality.depends(engine, version, decodeSession(session))
    })
    this.clients = new WorldClients(this.timeline, link, clientRandom)
    this.client = this.clients.open(`client-${seed}`)
    for (const host of this.#hosts) host.open()
  }

  violate(what: string): void {
    this.trace.note('', `VIOLATION ${what}`)
    this.violations.push(what)
  }

  /** DARQs are spread over the hosts that have a participant for them. */
  #ownerOf(darq: string): SimulatedHost | undefined {
    let owner = this.#owners.get(darq)
    if (owner === undefined) {
      const owners = this.#hosts.filter((host) => host.hosts(darq))
      let hash = 7
      for (let i = 0; i < darq.length; i += 1) hash = (Math.imul(hash, 31) + darq.charCodeAt(i)) >>> 0
      owner = owners[hash % Math.max(1, owners.length)]
      if (owner) this.#owners.set(darq, owner)
    }
    return owner
  }

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
    const host = this.#host(life.host)
    const target = this.#host(to)
    if (!host || !target) return
    const { written, claimed } = host.history
    const decoded = this.#frames.leaves(host.name, { written, claimed, k: host.k }, frame)
    this.#network.carry(life.host, to, () => {
      const opened = target.current
      opened?.life.guard(() => {
        try {
          this.#frames.arrives(opened.engine, life.host, decoded, frame)
        } catch (error) {
          if (!(error instanceof DarqError)) throw error
          this.#frames.refused(opened.engine, decoded, error)
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
    const duplicate_refused = this.#hosts.reduce((sum, host) => sum + host.duplicates_refused, 0)
    return { ...this.#paths, duplicate_refused }
  }

  #host(name: string): SimulatedHost | undefined {
    return this.#hosts.find((host) => host.name === name)
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
      this.faults.inject(this.#hosts)
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
    for (const host of this.#hosts) host.check()
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

  /** Lets the faults stop: what is frozen thaws by itself, what is dead is opened again. */
  calm(): void {
    this.faults.stop()
    this.trace.note('', 'the faults stop')
  }

  get quiet(): boolean {
    return this.clients.underWay === 0 && this.#hosts.every((host) => host.quiet)
  }

  /** What keeps the world from being quiet. */
  get pendingWork(): string {
    const clients = this.clients.underWay > 0 ? `${this.clients.underWay} messages of clients are not committed` : ''
    return [clients, ...this.#hosts.map((host) => host.pendingWork)].filter((text) => text !== '').join('; ')
  }
}
