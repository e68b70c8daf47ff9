/**
 * Level 0: bytes. What the engine offers, and the interfaces through which it meets the world (it reads no clock, no random
 * number and no global of its own).
 *
 * @module
 */
import type { CoreMaker, Lsn, VectorsMaker, WasmSource } from '@darq/core'
import type { DarqError } from '../error.ts'
import type { Durability, Epoch, Storage, Version } from '../storage/contract.ts'
import type { Dependency } from './dependency.ts'
import type { LoggedEvent } from './event-log.ts'

export type { Lsn } from '@darq/core'
export type { Epoch, Version } from '../storage/contract.ts'

declare const brand: unique symbol
/** A message's place in its channel: 1, 2, 3, … */
export type Sequence = number & { readonly [brand]: 'sequence' }
/** A processor's number at its DARQ: a newer one fences the older. */
export type Incarnation = number & { readonly [brand]: 'incarnation' }
export type NonEmpty<T> = readonly [T, ...T[]]
export type Grade = 'accepted' | 'durable' | 'committed'

/** Bytes to write: as they are, or text that is encoded as UTF-8 straight into the log. */
export type Payload = Uint8Array | string

/** Bytes in the core's memory: readable during the call that brought it only. Keep the LSN, or copy. */
export interface Delivered<in out Turn = unknown> {
  readonly lsn: Lsn
  /** Who sent it: the producer's id as text. A channel's is `host#generation/darq`, also one's own; empty if unsequenced. */
  readonly from: string
  /** Its sequence there; 0 if unsequenced. */
  readonly sequence: number
  readonly grade: Grade
  read<T>(decode: (bytes: Uint8Array) => T): T
  copy(): Uint8Array
  readonly turn?: Turn
}

/** A live timer, as `restore` finds it. */
export interface LiveTimer {
  readonly lsn: Lsn
  readonly to: string
  readonly due_ms: number
  readonly bytes: Uint8Array
}

export interface Out {
  /** The destination's DARQ name. */
  readonly to: string
  readonly bytes: Payload
  /**
   * Sent then, not now. Until then it is a timer: its LSN may be consumed by a later step, which cancels it. What a DARQ
   * sends to itself stays a timer to the end, and is delivered under the same LSN.
   */
  readonly due_ms?: number
  /** Delivered only when this step is committed, whatever K is. */
  readonly gate?: 'committed'
}

export interface StepRecord {
  /** In-, self-messages and timers that this step consumes. */
  readonly consume: NonEmpty<Lsn>
  readonly send?: readonly Out[]
  readonly remember?: readonly Payload[]
  /** All of the state in one record; consumes the checkpoint before it. */
  readonly checkpoint?: Payload
}

export interface StepReceipt {
  readonly completion: Lsn
  /** LSNs of `remember`, in its order. */
  readonly remembered: readonly Lsn[]
  /** LSNs of `send`, in its order: of the out record, or of the timer. */
  readonly sent: readonly Lsn[]
  /** LSN of `checkpoint`; 0 without one. */
  readonly checkpoint: Lsn | 0
  /** Reject with a retryable error when the step is lost. Never an unhandled rejection. */
  readonly durable: Promise<void>
  readonly committed: Promise<void>
}

/** The compute that is attached to a DARQ. Keeps nothing that it can't rebuild from it. All synchronous. */
export interface Processor {
  /** First call of an incarnation: the live checkpoint, then the unconsumed self-messages and timers in order of LSN. */
  restore(
    checkpoint: Delivered<'restore'> | undefined,
    self: Iterable<Delivered<'restore'>>,
    timers: Iterable<LiveTimer>,
    attached: Attached,
  ): void
  /**
   * In-messages in order, and timers to oneself that are due, each once an incarnation. What is not consumed now may be
   * consumed in any later step.
   */
  deliver<Turn>(messages: NonEmpty<Delivered<Turn>>, attached: Attached): void
  /** It goes on by itself with what it was told, and makes a step of it in a task or two: a commit is worth waiting for that. */
  readonly hasUnwrittenWork?: boolean
  /** The last call of an incarnation. */
  detached(reason: DarqError): void
}

/** A processor's hold on its DARQ. */
export interface Attached {
  readonly incarnation: Incarnation
  readonly name: string
  /**
   * One atomic step: it happened in memory when this returns.
   *
   * @throws {DarqError} `fenced` from an old incarnation, `step_empty`, `conflict` (not pending, or consumed twice),
   * `too_large`, `backpressure` (a limit; the step may be tried again). Nothing changed then.
   */
  step(record: StepRecord): StepReceipt
  /** Reads a pending message again. `undefined` if it is not pending. */
  read(lsn: Lsn): Uint8Array | undefined
  /** Bytes of live log: what pins it can be moved forward with a step that remembers it anew. */
  readonly log_bytes: number
  /** The most that it may have; near it, steps and arrivals are refused with `backpressure`. */
  readonly log_bytes_max: number
  /** LSN from which the live log reaches to the end. */
  readonly log_start: Lsn
  /** Resolves when all that the log holds now is committed; rejects when it is lost. Never an unhandled rejection. */
  readonly committed: Promise<void>
  detach(): void
}

export interface Accepted {
  /** 0 for a duplicate: its first acceptance may be long forgotten. */
  readonly lsn: number
  readonly duplicate: boolean
}

/** What the storage really offered when it said so. */
export interface Hardened extends Accepted {
  readonly durability: Durability
}

/** For one `enqueue`: a batch shares it. */
export interface EnqueueReceipt extends Accepted {
  /** LSN of each newly accepted message, in order. */
  readonly lsns: readonly Lsn[]
  readonly accepted: number
  readonly duplicates: number
  /** The producer's next sequence. 0 if unsequenced. */
  readonly expected: number
  /** Reject with a retryable error when the host fails before. Never an unhandled rejection. */
  readonly durable: Promise<void>
  readonly committed: Promise<void>
}

/**
 * What an outside producer's id is, so that the DARQ may forget it one day. `born_ms`: when it was minted; it is forgotten
 * when it was idle for `producer_idle_ms`, and refused with `producer_expired` if it comes again. `key`: an idempotency key,
 * for one message without a sequence; remembered for `key_age_ms`. A producer that is neither is remembered for ever.
 */
export type Stated = { readonly born_ms: number } | { readonly key: true }

export interface Darq {
  readonly name: string
  /**
   * Takes messages `first`, `first + 1`, … of a producer. `messages` are laid out as {@link encodeMessages} does.
   * Accepted in memory when this returns. An empty producer id and `first` 0: unsequenced, never a duplicate. A key takes
   * one message, with `first` 1.
   *
   * @param after states that the sender has seen: the messages depend on them
   * @throws {DarqError} `gap` (facts: expected, got), `bad_frame`, `too_large`, `backpressure`, `producer_expired`, `session_lost`, `closed`.
   * Nothing changed then.
   */
  enqueue(
    producer: Uint8Array,
    first: Sequence,
    messages: Uint8Array,
    stated?: Stated,
    after?: readonly Dependency[],
  ): EnqueueReceipt
  /** The next sequence expected of this producer. */
  expected(producer: Uint8Array): number
  /** Gives the DARQ a processor; the one before it is detached and fenced. It is restored at once, and delivered to soon. */
  attach(processor: Processor): Attached
  /** In-messages that no step has consumed. */
  readonly waiting: number
  /** How many items are pending: in-, self-messages, timers and checkpoint not consumed; out-messages not acknowledged. */
  readonly unconsumed: number
  readonly unacknowledged: number
  /** Bytes of live log. */
  readonly log_bytes: number
  /** Calls `listen` after every change of grade, with the LSNs up to which the log is accepted, durable, committed. */
  watch(listen: (grades: Grades) => void): () => void
  readonly grades: Grades
}

/** How far a DARQ's log has come: every record before the LSN has the grade. */
export interface Grades {
  readonly accepted: Lsn
  readonly durable: Lsn
  readonly committed: Lsn
}

/** Time. Two implementations at least: the platform's, and the simulator's. */
export interface Clock {
  /** Milliseconds since 1970. May jump. */
  now_ms(): number
  /** Calls `run` at that time or later. @returns takes it back */
  wake(at_ms: number, run: () => void): () => void
  /** Calls `run` in a later macrotask, as soon as may be. */
  soon(run: () => void): void
}

/** Carries frames between hosts. May lose, repeat, delay and reorder them. */
export interface Transport {
  /**
   * @param host the address that `route` gave, or the one that a frame came from
   * @returns rejects (or throws) when the frame surely or probably did not arrive: the channel backs off at once instead of
   * waiting for its timer
   */
  send(host: string, frame: Uint8Array): Promise<void> | void
}

export interface EngineLimits {
  /** Live log of one DARQ. Default 64 MiB. */
  readonly log_bytes_max: number
  /** Payload of one message. Default 1 MiB. */
  readonly message_bytes_max: number
  /** Producers of one DARQ, and channels from it. Default 1,000,000. */
  readonly producers_max: number
  /** Outside producers that tell their birth are forgotten when they were idle for so long. Default 30 days. */
  readonly producer_idle_ms: number
  /** Idempotency keys that are remembered, and for how long. Default 65,536 for one day. */
  readonly keys_max: number
  readonly key_age_ms: number
  /** DARQs of one host. Default 10,000. */
  readonly darqs_max: number
  /** One frame between hosts. Default 4 MiB. */
  readonly frame_bytes_max: number
  /** Payload bytes in one frame of a channel. Default 256 KiB. */
  readonly channel_bytes_max: number
}

/** Which core a host runs on, and, where it tried Wasm in vain, why (`wasm_unavailable`). */
export interface CoreInUse {
  readonly core: 'wasm' | 'typescript' | 'own'
  readonly reason: DarqError | undefined
}

export interface CoreOptions {
  /**
   * Default: Wasm, and where it can't be had the same in TypeScript, which is half as fast and loaded only then; `onError` is
   * told at `core`. `'wasm'` alone, or not at all: rejects with `wasm_unavailable`. `'typescript'`: Wasm is not tried.
   */
  readonly core?: 'wasm' | 'typescript' | CoreMaker
  /**
   * Where core.wasm is: a URL (in Node also a path), its bytes, or a `WebAssembly.Module`. Default: the file that the package
   * ships, which bundlers find by `new URL('…', import.meta.url)`.
   *
   * @example
   * wasm: 'https://cdn.example/darq/core.wasm'
   * wasm: new URL('/static/core.wasm', location.href)
   */
  readonly wasm?: WasmSource
  /** For a `core` of one's own: what keeps dependencies. Default: that of the same kind; for a maker that in TypeScript. */
  readonly vectors?: VectorsMaker
}

export interface EngineOptions extends CoreOptions {
  /** The host's name: half of its id; the other half is the storage's generation. 1 to 200 bytes of UTF-8 without `#` and `/`. */
  readonly name: string
  readonly storage: Storage
  readonly clock: Clock
  /** Uniform in [0, 1). Also keys the hash tables. */
  readonly random: () => number
  /** Without one, messages to other hosts wait. */
  readonly transport?: Transport
  /** The address of the host where a DARQ lives; `undefined`: here. */
  readonly route?: (darq: string) => string | undefined
  /**
   * The processor for a DARQ that lives here, asked for at recovery and at a DARQ's first message; attached by the engine.
   * `undefined`: there is no such DARQ, and what is sent there is refused with `unknown_address`. Without this option any
   * name is taken, and processors are attached by hand.
   */
  readonly processor?: (darq: string) => Processor | undefined
  /**
   * How many hosts' failures may revoke a message when it leaves, this one's among them: for all, or by the DARQ it goes to.
   * Default 0: it waits for committed. `Infinity`: it never waits. More than 0 takes storage that is strict (or in memory).
   */
  readonly k?: number | ((darq: string) => number)
  /**
   * The address of a host by its name, for questions about what is durable there. Default: its name is its address. With
   * `k` above 0, hosts must reach each other in this way.
   */
  readonly peer?: (host: string) => string | undefined
  /**
   * Whether only one host at a time can have that name: of two generations of such a host the younger counts, and the older
   * one is fenced. Any other name is a stranger's claim. Strangers of one name stand side by side, send only what is committed
   * on their side (K = 0), and take back nothing that they have sent. Default: every name.
   */
  readonly isSingleton?: (host: string) => boolean
  readonly limits?: Partial<EngineLimits>
  /** A failure that has no caller: a processor that threw from `deliver`, a frame of a peer that was refused. */
  readonly onError?: (error: DarqError, where: string) => void
  /** Versions, dependencies, commits, rollbacks and messages, as they happen. `EventLog` keeps the newest. */
  readonly onEvent?: (event: LoggedEvent) => void
}

/** Counters since the engine was opened. */
export interface EngineCounts {
  readonly messages_accepted: number
  readonly duplicates_refused: number
  readonly steps: number
  readonly commits: number
  readonly committed_bytes: number
  readonly frames_sent: number
  readonly frames_received: number
  /** Frames that asked a host what is durable there. */
  readonly questions_asked: number
  /** Dependencies in all data frames together. */
  readonly dependencies_sent: number
}

export interface Engine {
  readonly name: string
  readonly generation: string
  readonly epoch: Epoch
  readonly durability: Durability
  /** The newest version that is durable, and the newest that is committed. */
  readonly durableVersion: Version
  readonly committedVersion: Version
  readonly counts: EngineCounts
  /** @throws {DarqError} `unknown_address`, `backpressure` (too many DARQs), `closed` */
  darq(name: string): Darq
  /**
   * What is seen by who looks at this host now, and may still be lost: its own state, and what that depends on. From here on
   * that is fixed: what arrives with a new dependency belongs to a later version.
   */
  seen(): readonly Dependency[]
  /**
   * @returns those of the states that are not known to be durable
   * @throws {DarqError} `session_lost`: one is known to be lost
   */
  unsettled(states: readonly Dependency[]): readonly Dependency[]
  /** Names of the DARQs that exist. */
  readonly names: readonly string[]
  /** How many messages wait for another host to have them committed, by the DARQ that they go to. Counted anew when asked. */
  readonly backlog: Readonly<Record<string, number>>
  /**
   * A frame from another host. What answers it goes out by `transport.send(from, …)`, at once or when committed.
   *
   * @throws {DarqError} `bad_frame`, `too_large`, `newer_format`, `unknown_address`, `closed`. Nothing changed then.
   */
  receive(from: string, frame: Uint8Array): void
  /** Sends again, now, what waits for other hosts: call it when the network has come back. */
  retry(): void
  /** Commits what is accepted, detaches the processors, closes the storage. */
  close(): Promise<void>
  /** Stops at once, as a crash would: nothing more is written or sent. */
  abandon(reason: DarqError): void
  /**
   * Resolves when the engine has stopped: with the reason when it failed or was abandoned, `undefined` after `close`. With
   * `withdrawn` it goes back, because another host has lost what it depends on: open it again at once with this one as
   * `previous`, and what did not depend on that goes on.
   */
  readonly stopped: Promise<DarqError | undefined>
}
