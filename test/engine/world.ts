/**
 * A small world under virtual time: hosts on memory storage, a network that can lose, repeat and delay frames, one seed.
 *
 * @module
 */
import {
  type Clock,
  DarqError,
  type Delivered,
  type Engine,
  type EngineOptions,
  encodeMessages,
  type Lsn,
  type NonEmpty,
  openEngine,
  type Processor,
  type Sequence,
} from '@darq/runtime/engine'
import type { Storage } from '../../runtime-ts/src/storage/contract.ts'
import { memory } from '../../runtime-ts/src/storage/memory.ts'

/** mulberry32: small, seeded, good enough to pick faults. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

interface Event {
  readonly at_ms: number
  readonly order: number
  readonly run: () => void
}

/** Time stands still but for {@link VirtualClock.advance}; promises settle between two events. */
export class VirtualClock implements Clock {
  #now_ms = 1_700_000_000_000
  #order = 0
  #events: Event[] = []

  now_ms(): number {
    return this.#now_ms
  }

  wake(at_ms: number, run: () => void): () => void {
    const event = { at_ms: Math.max(at_ms, this.#now_ms), order: this.#order++, run }
    this.#events.push(event)
    return () => {
      this.#events = this.#events.filter((other) => other !== event)
    }
  }

  soon(run: () => void): void {
    this.wake(this.#now_ms, run)
  }

  get idle(): boolean {
    return this.#events.length === 0
  }

  /** Runs everything that is due within `ms` milliseconds, and moves the time. */
  async advance(ms: number): Promise<void> {
    const until_ms = this.#now_ms + ms
    for (;;) {
      await settled()
      const next = this.#events.reduce<Event | undefined>(
        (a, b) => (!a || b.at_ms < a.at_ms || (b.at_ms === a.at_ms && b.order < a.order) ? b : a),
        undefined,
      )
      if (!next || next.at_ms > until_ms) break
      this.#events = this.#events.filter((event) => event !== next)
      this.#now_ms = next.at_ms
      next.run()
    }
    this.#now_ms = until_ms
    await settled()
  }
}

/** Lets every promise that can settle do so. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

export interface NetworkFaults {
  lose: number
  repeat: number
  delay_ms_max: number
}

export interface HostSpec {
  readonly name: string
  readonly processor?: EngineOptions['processor']
  readonly route?: EngineOptions['route']
  readonly storage?: Storage
  readonly limits?: EngineOptions['limits']
}

export class World {
  readonly clock = new VirtualClock()
  readonly random: () => number
  readonly faults: NetworkFaults = { lose: 0, repeat: 0, delay_ms_max: 0 }
  readonly reports: { error: DarqError; where: string }[] = []
  readonly #specs = new Map<string, HostSpec & { storage: Storage }>()
  readonly #engines = new Map<string, Engine>()
  readonly core: 'wasm' | 'typescript'

  constructor(seed = 1, core: 'wasm' | 'typescript' = 'typescript') {
    this.random = seeded(seed)
    this.core = core
  }

  async host(spec: HostSpec): Promise<Engine> {
    this.#specs.set(spec.name, { ...spec, storage: spec.storage ?? memory() })
    return this.open(spec.name)
  }

  async open(name: string): Promise<Engine> {
    const spec = this.#specs.get(name)
    if (!spec) throw new Error(`no host ${name}`)
    const { processor, route, limits, storage } = spec
    const engine = await openEngine({
      name,
      storage,
      clock: this.clock,
      random: this.random,
      core: this.core,
      transport: { send: (to, frame) => this.#carry(name, to, frame) },
      onError: (error, where) => this.reports.push({ error, where: `${name}: ${where}` }),
      ...(processor ? { processor } : {}),
      ...(route ? { route } : {}),
      ...(limits ? { limits } : {}),
    })
    this.#engines.set(name, engine)
    return engine
  }

  engine(name: string): Engine {
    const engine = this.#engines.get(name)
    if (!engine) throw new Error(`no engine ${name}`)
    return engine
  }

  storage(name: string): Storage {
    const spec = this.#specs.get(name)
    if (!spec) throw new Error(`no host ${name}`)
    return spec.storage
  }

  /** The process dies: what is not durable is lost. A new one opens the same storage. */
  async crash(name: string): Promise<Engine> {
    this.engine(name).abandon(new DarqError('closed', { message: 'crashed' }))
    this.#engines.delete(name)
    return this.open(name)
  }

  #carry(from: string, to: string, frame: Uint8Array): void {
    const bytes = frame.slice()
    const copies = this.random() < this.faults.lose ? 0 : this.random() < this.faults.repeat ? 2 : 1
    for (let copy = 0; copy < copies; copy += 1)
      this.clock.wake(this.clock.now_ms() + this.random() * this.faults.delay_ms_max, () => {
        try {
          this.#engines.get(to)?.receive(from, bytes)
        } catch (error) {
          if (!(error instanceof DarqError)) throw error
          this.reports.push({ error, where: `${to}: frame of ${from}` })
        }
      })
  }
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export const id = (text: string): Uint8Array => encoder.encode(text)
export const sequence = (number: number): Sequence => number as Sequence
export const messages = (...texts: string[]): Uint8Array => encodeMessages(texts)
export const text = (bytes: Uint8Array): string => decoder.decode(bytes)

/** What a {@link Recorder} sends. */
export interface Sent {
  readonly to: string
  readonly bytes: string
  readonly gate?: 'committed'
}

/** Consumes each message in a step of its own and remembers all of what it saw, in one self-message. */
export class Recorder implements Processor {
  seen: string[] = []
  readonly #send: (seen: string) => Sent[]
  #remembered: Lsn[] = []
  restored = 0

  constructor(send: (seen: string) => Sent[] = () => []) {
    this.#send = send
  }

  restore(_checkpoint: unknown, self: Iterable<Delivered<'restore'>>): void {
    this.seen = []
    this.#remembered = []
    this.restored += 1
    for (const message of self) {
      this.seen = JSON.parse(message.read(text))
      this.#remembered = [message.lsn]
    }
  }

  deliver<Turn>(delivered: NonEmpty<Delivered<Turn>>, attached: Parameters<Processor['deliver']>[1]): void {
    for (const message of delivered) {
      const seen = message.read(text)
      const next = [...this.seen, seen]
      const receipt = attached.step({
        consume: [message.lsn, ...this.#remembered],
        remember: [JSON.stringify(next)],
        send: this.#send(seen),
      })
      this.seen = next
      this.#remembered = [...receipt.remembered]
    }
  }

  detached(): void {}
}

/** Consumes everything, and remembers nothing. */
export class Consumer implements Processor {
  restore(): void {}
  deliver<Turn>([first, ...rest]: NonEmpty<Delivered<Turn>>, attached: Parameters<Processor['deliver']>[1]): void {
    attached.step({ consume: [first.lsn, ...rest.map(({ lsn }) => lsn)] })
  }
  detached(): void {}
}
