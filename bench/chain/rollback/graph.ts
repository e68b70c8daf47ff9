/**
 * A random graph of hosts over the real engine, under virtual time. Messages enter anywhere and wander a few hops.
 *
 * @module
 */
import { DarqError, type Engine, encodeMessages, openEngine, type Sequence } from '@darq/runtime/engine'
import { memory, type Storage } from '@darq/runtime/storage'
import { Random } from '../../random.ts'
import { Causes, type Happening } from './causes.ts'
import { VirtualClock } from './virtual-clock.ts'
import { encodeWanderer, type Passed, PassingOn, type Wanderer } from './wanderer.ts'

export const flush_ms = 20
export const hop_ms_max = 2
/** Each host knows so many others. */
export const neighbours = 4
export const hops = 8
/** Long enough for every question to be asked again, and answered. */
const settle_ms = 5_000

interface GraphHost {
  readonly neighbours: readonly string[]
  readonly storage: Storage
  engine: Engine | undefined
  /** Crashes and rollbacks: what comes after one is no matter of what came before it. */
  lives: number
  rollbacks: number
  /** When the first rollback was over, if there was one. */
  recovered_ms: number | undefined
}

/** What one crash has cost the other hosts. */
export interface Outcome {
  readonly others: number
  /** Messages that the crashed host had handled and lost. */
  readonly lost: number
  /** Their state came from what was lost. */
  readonly dependent: number
  readonly rolledBack: number
  /** Of those that were rolled back: their state did not. */
  readonly needlessly: number
  /** Of those that depended: they were not rolled back. There must be none. */
  readonly orphans: number
  /** From the crash until the last of them goes on. */
  readonly repaired_ms: number
}

export class Graph {
  readonly #clock = new VirtualClock()
  readonly #random: Random
  readonly #hosts = new Map<string, GraphHost>()
  readonly #causes = new Causes()
  /** By message. */
  readonly #sentBy = new Map<number, Happening>()
  #messages = 0
  #entering = true

  constructor(seed: number) {
    this.#random = new Random(seed)
  }

  async open(hosts: number): Promise<void> {
    const names = Array.from({ length: hosts }, (_, number) => `h${number}`)
    for (const name of names) {
      const others = this.#random.shuffled(names.filter((other) => other !== name)).slice(0, neighbours)
      const empty = { engine: undefined, lives: 0, rollbacks: 0, recovered_ms: undefined }
      this.#hosts.set(name, { neighbours: others, storage: memory(), ...empty })
    }
    for (const name of names) await this.#open(name)
  }

  #host(name: string): GraphHost {
    const host = this.#hosts.get(name)
    if (host === undefined) throw new RangeError(`no host ${name}`)
    return host
  }

  async #open(name: string, previous?: Engine): Promise<void> {
    const host = this.#host(name)
    host.lives += 1
    const life = host.lives
    const engine = await openEngine(
      {
        name,
        storage: this.#slow(host),
        clock: this.#clock,
        random: () => this.#random.bits() / 2 ** 32,
        core: 'typescript',
        k: Number.POSITIVE_INFINITY,
        route: (darq) => (darq === name ? undefined : darq),
        processor: () => this.#processor(name, life === 1),
        transport: { send: (to, frame) => this.#carry(name, to, frame) },
      },
      previous,
    )
    host.engine = engine
    for (const darq of engine.names) engine.darq(darq)
    void engine.stopped.then(async (reason) => {
      if (host.engine !== engine || reason?.code !== 'withdrawn') return
      host.engine = undefined
      host.rollbacks += 1
      await this.#open(name, engine)
      host.recovered_ms = this.#clock.now_ms()
    })
  }

  /** What was on its way to the disk when the process dies is lost. */
  #slow(host: GraphHost): Storage {
    const life = host.lives
    return {
      durability: 'strict',
      open: async () => {
        const opened = await host.storage.open()
        return {
          generation: opened.generation,
          last: opened.last,
          segments: () => opened.segments(),
          close: () => opened.close(),
          claim: async (epoch, keep, facts, tail) => {
            const claimed = await opened.claim(epoch, keep, facts, tail)
            const write: typeof claimed.commit = (commit) =>
              new Promise((resolve, reject) => {
                this.#clock.wake(this.#clock.now_ms() + flush_ms, () => {
                  if (host.lives === life) claimed.commit(commit).then(resolve, reject)
                })
              })
            return { commit: write, close: () => claimed.close() }
          },
        }
      },
    }
  }

  #carry(from: string, to: string, frame: Uint8Array): void {
    this.#clock.wake(this.#clock.now_ms() + (this.#random.bits() / 2 ** 32) * hop_ms_max, () => {
      try {
        this.#host(to).engine?.receive(from, frame)
      } catch (error) {
        if (!(error instanceof DarqError)) throw error
      }
    })
  }

  #processor(name: string, isFirstLife: boolean): PassingOn {
    const { neighbours: known } = this.#host(name)
    const next = ({ hops: left }: Wanderer): Passed | undefined => {
      const to = known[this.#random.below(known.length)]
      if (left === 0 || to === undefined) return undefined
      this.#messages += 1
      return { to, wanderer: { number: this.#messages, hops: left - 1 } }
    }
    return new PassingOn(next, ({ number }, passed, { durable }) => {
      if (!isFirstLife) return
      const happening = this.#causes.handled(name, this.#sentBy.get(number))
      if (passed !== undefined) this.#sentBy.set(passed.wanderer.number, happening)
      durable.then(
        () => {
          happening.isDurable = true
        },
        () => {},
      )
    })
  }

  /** Messages enter anywhere, at random times, so many in a second. */
  enter(rate_per_s: number): void {
    const wait_ms = (-Math.log(1 - this.#random.bits() / 2 ** 32) * 1000) / rate_per_s
    this.#clock.wake(this.#clock.now_ms() + wait_ms, () => {
      if (!this.#entering) return
      const name = `h${this.#random.below(this.#hosts.size)}`
      this.#messages += 1
      const message = encodeMessages([encodeWanderer({ number: this.#messages, hops })])
      // Without a sequence: 0, as the engine has it.
      this.#host(name)
        .engine?.darq(name)
        .enqueue(new Uint8Array(0), 0 as Sequence, message)
      this.enter(rate_per_s)
    })
  }

  async run(ms: number): Promise<void> {
    await this.#clock.until(this.#clock.now_ms() + ms)
  }

  /** Kills one host that has something to lose, and waits until all is well again. @returns `undefined`: none has */
  async crash(): Promise<Outcome | undefined> {
    for (const name of this.#random.shuffled([...this.#hosts.keys()])) {
      const lost = this.#causes.unsafe(name)
      if (lost.size > 0) return await this.#crash(name, lost)
    }
    return undefined
  }

  async #crash(name: string, lost: ReadonlySet<Happening>): Promise<Outcome> {
    const host = this.#host(name)
    const { engine } = host
    this.#entering = false
    const crashed_ms = this.#clock.now_ms()
    host.engine = undefined
    await Promise.all([
      this.#open(name),
      engine?.abandon(new DarqError('closed', { message: 'crashed' })),
      this.run(settle_ms),
    ])
    const others = [...this.#hosts].filter(([other]) => other !== name)
    const dependents = this.#causes.dependents(lost)
    const rolledBack = new Set(others.filter(([, { rollbacks }]) => rollbacks > 0).map(([other]) => other))
    const dependent = others.filter(([other]) => dependents.has(other)).map(([other]) => other)
    return {
      others: others.length,
      lost: lost.size,
      dependent: dependent.length,
      rolledBack: rolledBack.size,
      needlessly: [...rolledBack].filter((other) => !dependents.has(other)).length,
      orphans: dependent.filter((other) => !rolledBack.has(other)).length,
      repaired_ms: Math.max(0, ...others.map(([, { recovered_ms = crashed_ms }]) => recovered_ms - crashed_ms)),
    }
  }

  async close(): Promise<void> {
    for (const { engine } of this.#hosts.values()) engine?.abandon(new DarqError('closed', { message: 'over' }))
  }
}
