/**
 * Hosts that speculate, under virtual time: each with a disk that takes its time, on a network that loses, repeats and delays.
 *
 * @module
 */
import { DarqError, type Engine, type EngineOptions, EventLog, openEngine } from '@darq/runtime/engine'
import type { Commit, Storage } from '../../runtime-ts/src/storage/contract.ts'
import { memory } from '../../runtime-ts/src/storage/memory.ts'
import { Recorder, type Sent, seeded, VirtualClock } from './world.ts'

/** Writes a while after it was asked to; what was asked when the process dies is lost. */
class SlowDisk {
  readonly inner: Storage = memory()
  readonly #clock: VirtualClock
  flush_ms: () => number
  #life = 0

  constructor(clock: VirtualClock, flush_ms: () => number) {
    this.#clock = clock
    this.flush_ms = flush_ms
  }

  crash(): void {
    this.#life += 1
  }

  get storage(): Storage {
    const { inner } = this
    const later = <T>(run: () => Promise<T>): Promise<T> => {
      const life = this.#life
      return new Promise((resolve, reject) => {
        this.#clock.wake(this.#clock.now_ms() + this.flush_ms(), () => {
          if (life === this.#life) run().then(resolve, reject)
        })
      })
    }
    return {
      durability: 'strict',
      async open() {
        const opened = await inner.open()
        return {
          generation: opened.generation,
          last: opened.last,
          segments: () => opened.segments(),
          close: () => opened.close(),
          claim: async (epoch, keep, facts, tail) => {
            const claimed = await opened.claim(epoch, keep, facts, tail)
            return {
              commit: (commit: Commit) => later(() => claimed.commit(commit)),
              close: () => claimed.close(),
            }
          },
        }
      },
    }
  }
}

interface Place {
  readonly disk: SlowDisk
  readonly recorders: Map<string, Recorder>
  engine: Engine | undefined
  crashes: number
  rollbacks: number
}

export class Town {
  readonly clock = new VirtualClock()
  readonly random: () => number
  readonly places = new Map<string, Place>()
  readonly errors: string[] = []
  readonly eventLog = new EventLog()
  lose = 0
  repeat = 0
  delay_ms_min = 0
  delay_ms_max = 0
  k: number
  readonly #sends: (host: string, seen: string) => Sent[]

  constructor(seed: number, k: number, sends: (host: string, seen: string) => Sent[]) {
    this.random = seeded(seed)
    this.k = k
    this.#sends = sends
  }

  async host(name: string, flush_ms: () => number): Promise<void> {
    this.places.set(name, {
      disk: new SlowDisk(this.clock, flush_ms),
      recorders: new Map(),
      engine: undefined,
      crashes: 0,
      rollbacks: 0,
    })
    await this.open(name)
  }

  place(name: string): Place {
    const place = this.places.get(name)
    if (!place) throw new Error(`no host ${name}`)
    return place
  }

  engine(name: string): Engine {
    const { engine } = this.place(name)
    if (!engine) throw new Error(`${name} is not open`)
    return engine
  }

  async open(name: string, previous?: Engine): Promise<void> {
    const place = this.place(name)
    const options: EngineOptions = {
      name,
      storage: place.disk.storage,
      clock: this.clock,
      random: this.random,
      core: 'typescript',
      k: this.k,
      route: (darq) => (darq.startsWith(`${name}/`) ? undefined : darq.split('/')[0]),
      processor: (darq) => {
        const recorder = new Recorder((seen) => this.#sends(darq, seen))
        place.recorders.set(darq, recorder)
        return recorder
      },
      transport: { send: (to, frame) => this.#carry(name, to, frame) },
      onEvent: this.eventLog.note,
      onError: (error, where) => this.errors.push(`${name} ${where}: ${error.message}`),
    }
    place.recorders.clear()
    const engine = await openEngine(options, previous)
    place.engine = engine
    for (const darq of engine.names) engine.darq(darq)
    void engine.stopped.then((reason) => {
      if (place.engine !== engine) return
      place.engine = undefined
      if (reason?.code !== 'withdrawn') return
      place.rollbacks += 1
      void this.open(name, engine)
    })
  }

  async crash(name: string): Promise<void> {
    if (this.kill(name)) await this.open(name)
  }

  /** The process dies; nobody opens it again as yet. @returns whether it lived */
  kill(name: string): boolean {
    const place = this.place(name)
    const { engine } = place
    if (!engine) return false
    place.engine = undefined
    place.crashes += 1
    place.disk.crash()
    engine.abandon(new DarqError('closed', { message: 'crashed' }))
    return true
  }

  #delay_ms(): number {
    return this.delay_ms_min + this.random() * (this.delay_ms_max - this.delay_ms_min)
  }

  #carry(from: string, to: string, frame: Uint8Array): void {
    const bytes = frame.slice()
    const copies = this.random() < this.lose ? 0 : this.random() < this.repeat ? 2 : 1
    for (let copy = 0; copy < copies; copy += 1)
      this.clock.wake(this.clock.now_ms() + this.#delay_ms(), () => {
        try {
          this.places.get(to)?.engine?.receive(from, bytes)
        } catch (error) {
          if (!(error instanceof DarqError)) throw error
        }
      })
  }
}
