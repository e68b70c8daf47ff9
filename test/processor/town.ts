/**
 * A host and its processors under virtual time, with streams that can be cut, muted and delayed.
 *
 * @module
 */
import type { Darq, Delivered, Engine, Lsn, NonEmpty } from '@darq/runtime/engine'
import {
  openSessionServer,
  type RemoteAttached,
  type RemoteHold,
  type RemoteOptions,
  type RemoteProcessor,
  type RemoteReceipt,
  remoteProcessor,
  type Served,
  type SessionServer,
  type SessionServerLimits,
  type Stream,
  type StreamPair,
  streamPair,
  type Written,
} from '@darq/runtime/processor'
import type { Storage } from '../../runtime-ts/src/storage/contract.ts'
import { id, messages, sequence, World } from '../engine/world.ts'
import { text } from './fixture/processors.ts'

/** A processor that does nothing by itself: the test steps for it. */
export class Puppet implements RemoteProcessor {
  attached: RemoteAttached | undefined
  readonly got: { readonly lsn: Lsn; readonly seen: string }[] = []
  restored: string[] = []
  remembered: (Lsn | Written)[] = []
  over: string | undefined
  /** What `deliver` waits for. */
  gate: Promise<void> | undefined

  restore(
    checkpoint: Delivered<'restore'> | undefined,
    self: readonly Delivered<'restore'>[],
    timers: readonly { readonly to: string }[],
    attached: RemoteAttached,
  ): void {
    this.attached = attached
    if (checkpoint) this.restored.push(`checkpoint ${checkpoint.read(text)}`)
    for (const message of self) {
      this.restored.push(message.read(text))
      this.remembered.push(message.lsn)
    }
    for (const { to } of timers) this.restored.push(`timer to ${to}`)
  }

  deliver<Turn>(delivered: NonEmpty<Delivered<Turn>>): void | Promise<void> {
    for (const message of delivered) this.got.push({ lsn: message.lsn, seen: message.read(text) })
    return this.gate
  }

  detached(reason: { readonly code: string }): void {
    this.over = reason.code
  }

  /** A step that consumes these, and remembers one thing in place of another. */
  step(consume: NonEmpty<Lsn | Written>, remember?: string): RemoteReceipt {
    if (this.attached === undefined) throw new Error('not attached')
    return this.attached.step({ consume, ...(remember !== undefined && { remember: [remember] }) })
  }

  lsn(index: number): Lsn {
    const message = this.got[index]
    if (message === undefined) throw new Error(`no message ${index}`)
    return message.lsn
  }
}

export class Town {
  readonly world: World
  readonly limits: Partial<SessionServerLimits>
  engine: Engine
  server: SessionServer
  pair: StreamPair | undefined
  served: Served | undefined
  delay_ms = () => 1
  readonly errors: string[] = []

  constructor(world: World, engine: Engine, limits: Partial<SessionServerLimits>) {
    this.world = world
    this.limits = limits
    this.engine = engine
    this.server = this.#open()
  }

  static async open(limits: Partial<SessionServerLimits> = {}, seed = 1, storage?: Storage): Promise<Town> {
    const world = new World(seed)
    return new Town(world, await world.host({ name: 'host', ...(storage && { storage }) }), limits)
  }

  get darq(): Darq {
    return this.engine.darq('d')
  }

  #open(): SessionServer {
    const { clock } = this.world
    return openSessionServer(this.darq, {
      clock,
      limits: this.limits,
      onError: (error) => this.errors.push(error.code),
    })
  }

  async crash(): Promise<void> {
    this.pair?.cut()
    this.engine = await this.world.crash('host')
    this.server = this.#open()
  }

  connect = (): Stream => {
    const { clock } = this.world
    this.pair = streamPair({ clock, delay_ms: () => this.delay_ms() })
    this.served = this.server.serve(this.pair.ends[0])
    return this.pair.ends[1]
  }

  /** Keeps a processor attached, over as many streams as it takes. */
  keep(make: (attached: RemoteAttached) => RemoteProcessor, options: RemoteOptions = {}): RemoteHold {
    const { clock, random } = this.world
    return remoteProcessor(this.connect, make, { clock, random, ...options })
  }

  send(...texts: string[]): void {
    this.darq.enqueue(id('p'), sequence(this.darq.expected(id('p'))), messages(...texts))
  }

  pass(ms: number): Promise<void> {
    return this.world.clock.advance(ms)
  }
}

/** What has become of a promise, without waiting. */
export function fate(promise: Promise<unknown>): { readonly now: () => string } {
  let now = 'open'
  promise.then(
    () => {
      now = 'kept'
    },
    (error: { readonly code: string }) => {
      now = error.code
    },
  )
  return { now: () => now }
}
