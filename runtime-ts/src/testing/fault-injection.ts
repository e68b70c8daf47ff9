/**
 * What goes wrong, and when: one die is cast before each event, another before each handler.
 *
 * @module
 */
import { type FaultCounts, type FaultKind, lossKinds } from './fault-kinds.ts'
import type { Network, NetworkRates } from './network.ts'
import type { Random } from './random.ts'
import type { SimulatedHost } from './simulated-host.ts'

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
const injections: Partial<Record<FaultKind, (host: SimulatedHost, random: Random) => void>> = {
  crash: (host) => host.crash(),
  freeze: (host) => host.freeze(false),
  takeover: (host) => host.freeze(true),
  second_owner: (host) => host.secondOwner(),
  clock_jump: (host) => host.jump(),
  processor_died: (host, random) => host.killProcessor(random),
  bad_step: (host, random) => host.badStep(random),
  commit_slow: (host) => host.disk.arm('slow'),
  commit_failed: (host) => host.disk.arm('failed'),
  commit_unknown: (host) => host.disk.arm('unknown'),
  commit_in_flight_at_crash: (host) => host.disk.interruptNext(),
  quota: (host) => host.disk.arm('quota'),
  disconnected: (host) => host.disk.arm('disconnected'),
  tail_lost: (host) => host.lose('tail_lost'),
  torn: (host) => host.lose('torn'),
  wiped: (host) => host.lose('wiped'),
  restored: (host) => host.lose('restored'),
}

export class FaultInjection {
  /** How many were injected into hosts and their network. */
  count = 0
  /** The seed's choice: faults stop when the work is done, whatever is on its way. */
  readonly stopsEarly: boolean
  #isOver = false
  readonly #plan: FaultPlan
  readonly #kinds: readonly FaultKind[]
  readonly #random: Random
  readonly #handlerRandom: Random
  readonly #network: Network
  readonly #counts: FaultCounts

  constructor(plan: FaultPlan, random: Random, handlerRandom: Random, network: Network, counts: FaultCounts) {
    this.#plan = plan
    this.#kinds = [...plan.kinds]
    this.#random = random
    this.#handlerRandom = handlerRandom
    this.#network = network
    this.#counts = counts
    network.rates = plan.network
    this.stopsEarly = random.chance(0.5)
  }

  /** Before an event. */
  inject(hosts: readonly SimulatedHost[]): void {
    const random = this.#random
    if (this.#isOver || this.count >= this.#plan.faults_max || !random.chance(this.#plan.rate)) return
    const host = random.pick(hosts)
    const kind = random.pick(this.#kinds)
    if (!host || !kind) return
    const inject = isLoss(kind) && !host.mayLose ? undefined : injections[kind]
    if (inject) {
      inject(host, random)
      this.count += 1
    } else if (kind === 'partition') {
      const to = random.pick(hosts)
      if (to) this.#network.cut(host.name, to.name, 50 + random.below(2_000))
      this.count += 1
      // What befalls single frames, requests and handlers is drawn where they pass.
    } else if (random.chance(0.2)) host.disk.snapshot()
  }

  /** Whether a handler that is about to run fails, and when. */
  handler(): 'before' | 'after' | undefined {
    if (this.#isOver || !this.#handlerRandom.chance(this.#plan.handler)) return undefined
    const when = this.#handlerRandom.chance(0.5) ? 'before' : 'after'
    const kind = when === 'before' ? 'handler_threw' : 'handler_died'
    if (!this.#plan.kinds.has(kind)) return undefined
    this.#counts[kind] += 1
    return when
  }

  /** What is frozen thaws by itself, what is dead is opened again. */
  stop(): void {
    this.#isOver = true
    this.#network.heal()
  }
}

const isLoss = (kind: FaultKind): boolean => lossKinds.some((loss) => loss === kind)
