/**
 * A host of participants: the engine under them, opened anew when it fails, and the link for clients.
 *
 * @module
 */
import { platformClock } from '../../clock.ts'
import { type ChosenCore, chooseCore } from '../../engine/core-choice.ts'
import { limits_default } from '../../engine/host.ts'
import { type LoggedEvent, openEngine } from '../../engine/index.ts'
import type {
  Clock,
  CoreInUse,
  CoreOptions,
  Engine,
  EngineLimits,
  EngineOptions,
  Transport,
} from '../../engine/types.ts'
import { DarqError, tell } from '../../error.ts'
import { checkK } from '../../options.ts'
import type { Storage } from '../../storage/contract.ts'
import { linkError } from '../client/links.ts'
import { definitionOf, type Participant } from '../define/definition.ts'
import { everyPart } from '../define/participant.ts'
import type { MakeOutbound } from '../outbound/outbound-calls.ts'
import type { Link } from '../wire/link.ts'
import { NamePatterns } from '../wire/name-patterns.ts'
import { secureRandom } from '../wire/random.ts'
import type { Route } from '../wire/route.ts'
import { Directory } from './directory.ts'
import { Ends } from './ends.ts'
import { type Host, hostClient } from './host-client.ts'
import { HostLink, type Life } from './host-link.ts'
import { tellConsole } from './on-console.ts'
import { ProcessorRegistry } from './processor-registry.ts'
import { RoutedTransport } from './routed-transport.ts'

export interface HostOptions extends Pick<CoreOptions, 'core' | 'wasm'> {
  /** Unique among the hosts that it talks to. */
  name: string
  participants: readonly Participant[]
  /** Where addresses live that are not hosted here: by name (`'totals'`), by family (`'account/*'`), or all (`'*'`). */
  routes?: Record<string, Route>
  /**
   * How many hosts' failures may revoke a message when it leaves, this one's among them: for all, or by the name or family
   * that it goes to (`'account/*'`; `'*'`: all others). Default 0: it waits for committed. `Infinity`: it never waits.
   */
  k?: number | Record<string, number>
}

export interface HostedOptions extends HostOptions {
  storage: Storage
  /** Default: the platform's. */
  clock?: Clock
  /** Uniform in [0, 1). Default: the platform's secure source. */
  random?: () => number
  /** For frames to addresses that no route gave: an edge answers HTTP requests through it. */
  reply?: Transport
  /** Called with the engine whenever one was opened: at first, after a failure, and after it went back. */
  onOpened?: (engine: Engine) => void
  /** A failure that has no caller, and where: a DARQ, a peer, the `host`, its `core`. Default: the console is told. */
  onError?: (error: DarqError, where: string) => void
  /** Versions, dependencies, commits, rollbacks and messages, as they happen. */
  onEvent?: (event: LoggedEvent) => void
  limits?: Partial<EngineLimits>
  /** Which of its participants' DARQs live on this host, when a family is spread over several. Default: all. */
  lives?: (darq: string) => boolean
  /**
   * This host cannot be reached, so no answer can be sent to it: its participants' calls to others are made by a client of its
   * own. So it is in a tab.
   */
  unreachable?: boolean
  /** The address of another host by its name, for questions about what is durable there. Default: its name. */
  peer?: (host: string) => string | undefined
  /** As the engine's: whether only one host at a time can have that name. Default: every name. */
  isSingleton?: (host: string) => boolean
  /** For a `core` of one's own. */
  vectors?: NonNullable<CoreOptions['vectors']>
  /** How often within a minute an engine that failed is opened anew. Default 5. */
  reopens_max?: number
}

/** A host without a client of its own. */
export interface Hosted {
  /** The one that lives now; after a failure another. @throws {DarqError} while there is none */
  readonly engine: Engine
  /**
   * The one that lives now, or the next: it goes back, or is opened anew after a failure.
   *
   * @throws {DarqError} why the host has stopped for good; `closed`
   */
  alive(): Promise<Engine>
  /** Which core it runs on. Chosen once, before the first engine is opened. */
  readonly core: CoreInUse
  readonly link: Link
  /** Resolves when it has stopped for good: with the reason when it failed, `undefined` after `close`. */
  readonly stopped: Promise<DarqError | undefined>
  /** Commits what is accepted, and lets the storage go. */
  close(): Promise<void>
}

/** An engine that fails is opened anew at most so often within `reopen_span_ms`. */
const reopens_max_default = 5
const reopen_span_ms = 60_000
const reopen_backoff_ms = 100

/**
 * Opens a host. When it resolves, older owners of the storage are fenced, and what it holds is recovered.
 *
 * @throws {DarqError} `corrupt`, `newer_format`, `older_format`, `fenced`, `storage`, `quota`; `invalid_argument` for options that contradict themselves;
 * `wasm_unavailable` with `core: 'wasm'`
 * @example
 * ```ts
 * const hosted = await openHosted({ name: 'edge', participants: [counter], storage: memory() })
 * const client = openClient({ link: hosted.link, producer: 'importer' })
 * await client.send(Counter.add('clicks', 1)).committed
 * await hosted.close()
 * ```
 */
export async function openHosted(options: HostedOptions): Promise<Hosted> {
  const hosted = new LiveHosted(options)
  await hosted.open()
  return hosted
}

/** @returns K by the name of the DARQ that a message goes to */
function speculationOf(k: number | Record<string, number>): number | ((darq: string) => number) {
  if (typeof k === 'number') return k
  checkK(k)
  const patterns = new NamePatterns(Object.entries(k))
  return (darq) => patterns.get(darq) ?? 0
}

/** What carries the calls of participants out of a host that cannot be reached: nothing, if none of them calls. */
function outboundOf(participants: readonly Participant[]): readonly MakeOutbound[] {
  // The one cast: a definition passes on what `answer` brings along, and knows nothing of it.
  const makers = everyPart(participants).map((one) => definitionOf(one).outbound as MakeOutbound | undefined)
  return [...new Set(makers)].filter((make) => make !== undefined)
}

class LiveHosted implements Hosted {
  readonly link: Link
  readonly stopped: Promise<DarqError | undefined>
  readonly #stop: (reason: DarqError | undefined) => void
  readonly #options: HostedOptions
  readonly #clock: Clock
  readonly #random: () => number
  readonly #directory: Directory
  readonly #routed: RoutedTransport
  #core: ChosenCore | undefined
  #life: Life | undefined
  /** Resolves with the life to come, while there is none. */
  #next: PromiseWithResolvers<Life> | undefined
  #opening: Promise<void> = Promise.resolve()
  #failures_ms: number[] = []
  /** One that went back: the next goes on with what it left. */
  #previous: Engine | undefined
  #state: 'open' | 'closed' = 'open'
  #reason: DarqError | undefined

  constructor(options: HostedOptions) {
    this.#options = options
    this.#clock = options.clock ?? platformClock()
    this.#random = options.random ?? secureRandom
    const { participants, routes = {}, lives, unreachable = false } = options
    const own = unreachable ? outboundOf(participants) : []
    const made = own.map((make) => make(() => this.link, this.#clock, this.#random))
    this.#directory = new Directory([...participants, ...made], routes, lives)
    this.#routed = new RoutedTransport(this.#directory, options.reply, (from, frame) => this.#receive(from, frame))
    this.link = new HostLink(this.#directory, this.#clock, () => this.#life ?? this.#living())
    const { promise, resolve } = Promise.withResolvers<DarqError | undefined>()
    this.stopped = promise
    this.#stop = resolve
  }

  get engine(): Engine {
    if (this.#life !== undefined) return this.#life.engine
    throw this.#reason ?? new DarqError('unavailable', { message: 'the host is being opened anew' })
  }

  get core(): CoreInUse {
    if (this.#core === undefined) throw new DarqError('closed', { message: 'the host was never opened' })
    const { core, reason } = this.#core
    return { core, reason }
  }

  async alive(): Promise<Engine> {
    const { engine } = this.#life ?? (await this.#living())
    return engine
  }

  #living(): Promise<Life> {
    if (this.#state === 'closed')
      return Promise.reject(this.#reason ?? new DarqError('closed', { message: 'the host was closed' }))
    this.#next ??= Promise.withResolvers<Life>()
    return this.#next.promise
  }

  open(): Promise<void> {
    this.#opening = this.#open()
    return this.#opening
  }

  async #open(): Promise<void> {
    const { name, storage, k, peer, isSingleton, limits, onEvent } = this.#options
    const { make } = await this.#chooseCore()
    const context = {
      host: name,
      clock: this.#clock,
      random: this.#random,
      knows: (darq: string) => this.#directory.knows(darq),
      isAway: (darq: string) => this.#options.unreachable === true && this.#directory.route(darq) !== undefined,
      message_bytes_max: limits?.message_bytes_max ?? limits_default.message_bytes_max,
      life: () => life,
      onError: (error: DarqError, where: string) => this.#report(error, where),
    }
    const registry = new ProcessorRegistry(this.#directory, context)
    let life = ''
    const previous = this.#previous
    this.#previous = undefined
    const options: EngineOptions = {
      name,
      storage,
      clock: this.#clock,
      random: this.#random,
      transport: this.#routed.transport,
      route: (darq) => this.#routed.address(darq),
      processor: (darq) => registry.processor(darq),
      onError: (error, where) => this.#report(error, where),
      ...make,
      ...(limits !== undefined && { limits }),
      ...(k !== undefined && { k: speculationOf(k) }),
      ...(peer !== undefined && { peer }),
      ...(isSingleton !== undefined && { isSingleton }),
      ...(onEvent !== undefined && { onEvent }),
    }
    const engine = await openEngine(options, previous)
    this.#options.onOpened?.(engine)
    life = `${name}#${engine.generation}/${engine.epoch}`
    // What waits as a cell, an effect under way or a parked message, is no message that would wake its participant.
    for (const darq of engine.names) if (this.#directory.local(darq) !== undefined) this.#attach(engine, darq)
    if (this.#state === 'closed') {
      await engine.close()
      return
    }
    const ends = new Ends()
    this.#life = { engine, ends, registry }
    this.#next?.resolve(this.#life)
    this.#next = undefined
    void engine.stopped.then((reason) => {
      this.#engineStopped(engine, reason)
      ends.end(reason)
    })
  }

  /** What can't be loaded for the first engine can't be loaded for the next: it is said once. */
  async #chooseCore(): Promise<ChosenCore> {
    if (this.#core !== undefined) return this.#core
    this.#core = await chooseCore(this.#options)
    const { reason } = this.#core
    if (reason !== undefined) this.#report(reason, 'core')
    return this.#core
  }

  /** State that this code can't read stops its participant, not the host: the engine tries again, and who asks is told. */
  #attach(engine: Engine, darq: string): void {
    try {
      engine.darq(darq)
    } catch {
      // The engine has reported it.
    }
  }

  #engineStopped(engine: Engine, reason: DarqError | undefined): void {
    this.#life = undefined
    if (this.#state === 'closed') return
    if (reason?.code === 'withdrawn') {
      // It is no failure of this host's: another has lost something.
      this.#report(reason, 'host')
      this.#previous = engine
      void this.#reopen()
    } else if (reason === undefined || !reason.retryable || reason.code === 'fenced' || reason.code === 'closed')
      this.#end(reason)
    else this.#reopenLater(reason)
  }

  #reopenLater(reason: DarqError): void {
    const now_ms = this.#clock.now_ms()
    this.#failures_ms = [...this.#failures_ms.filter((at_ms) => now_ms - at_ms < reopen_span_ms), now_ms]
    const failures = this.#failures_ms.length
    if (failures > (this.#options.reopens_max ?? reopens_max_default)) {
      this.#end(reason)
      return
    }
    this.#report(reason, 'host')
    const wait_ms = reopen_backoff_ms * 2 ** (failures - 1) * (0.5 + this.#random() / 2)
    this.#clock.wake(now_ms + wait_ms, () => void this.#reopen())
  }

  async #reopen(): Promise<void> {
    if (this.#state === 'closed') return
    try {
      await this.open()
    } catch (thrown) {
      const error = linkError(thrown)
      if (error.retryable && error.code !== 'fenced') this.#reopenLater(error)
      else this.#end(error)
    }
  }

  #end(reason: DarqError | undefined): void {
    this.#state = 'closed'
    this.#reason = reason
    this.#next?.reject(reason ?? new DarqError('closed', { message: 'the host was closed' }))
    this.#next?.promise.catch(() => {}) // those who waited are told; nobody may have
    this.#next = undefined
    this.#stop(reason)
  }

  #receive(from: string, frame: Uint8Array): void {
    try {
      this.#life?.engine.receive(from, frame)
    } catch (error) {
      // A peer's frame: the peer hears nothing, and offers again what it must.
      this.#report(linkError(error), from)
    }
  }

  #report(error: DarqError, where: string): void {
    tell(this.#options.onError ?? tellConsole, error, where)
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return
    const engine = this.#life?.engine
    this.#end(undefined)
    await engine?.close()
    // One that is being opened closes itself when it is.
    await this.#opening.catch(() => {})
  }
}

export type { Host } from './host-client.ts'

/**
 * Opens a host with its client, in this process. What is sent through it carries no numbers: when the storage fails, what was
 * on its way has an unknown outcome and its receipt rejects with a retryable error.
 *
 * @throws {DarqError} as {@link openHosted}
 * @example
 * await using host = await openHost({ name: 'demo', participants: [counter], storage: memory() })
 * await host.send(Counter.add('clicks', 1)).committed
 */
export async function openHost(options: HostedOptions): Promise<Host> {
  const hosted = await openHosted(options)
  return hostClient(
    {
      link: hosted.link,
      durability: options.storage.durability,
      core: hosted.core,
      epoch: () => hosted.engine.epoch,
      close: () => hosted.close(),
    },
    options,
  )
}
