/**
 * What a processor elsewhere is written against: level 0, with answers that come later.
 *
 * @module
 */
import type { Delivered, Incarnation, LiveTimer, Lsn, NonEmpty, Out, Payload } from '../engine/types.ts'
import type { DarqError } from '../error.ts'

/**
 * A record that a step writes. A later step may consume it at once, before the answer: it is refused with `conflict` if the
 * first one was.
 */
export interface Written {
  /** Known when the step is accepted. */
  readonly lsn: Lsn | undefined
}

export interface RemoteStepRecord {
  /** In-, self-messages and timers, and what earlier steps of this incarnation write. */
  readonly consume: NonEmpty<Lsn | Written>
  readonly send?: readonly Out[]
  readonly remember?: readonly Payload[]
  /** All of the state in one record; consumes the checkpoint before it. */
  readonly checkpoint?: Payload
}

export interface StepAccepted {
  readonly completion: Lsn
  readonly remembered: readonly Lsn[]
  readonly sent: readonly Lsn[]
  readonly checkpoint: Lsn | 0
}

/** None of its promises is ever an unhandled rejection. */
export interface RemoteReceipt {
  /** One for each of `remember`, in its order. */
  readonly remembered: readonly Written[]
  /** One for each of `send`, in its order: a timer's may be consumed, which cancels it. */
  readonly sent: readonly Written[]
  /**
   * Resolves when the step has happened in the host's memory. Rejects with what the DARQ says, and nothing has happened
   * then: `step_empty`, `conflict`, `too_large`, `backpressure` (the step may be tried again), `fenced`. Or, when the
   * incarnation ends before the answer, with the reason of that: the next one's `restore` tells whether it has happened.
   */
  readonly accepted: Promise<StepAccepted>
  /** Reject when the step was refused, or the incarnation ends before this is known. */
  readonly durable: Promise<void>
  readonly committed: Promise<void>
}

/** A processor's hold on its DARQ, wherever that is. */
export interface RemoteAttached {
  readonly name: string
  readonly incarnation: Incarnation
  /**
   * One atomic step. Never throws: what is wrong with it is said by the receipt. Steps happen in the order of these calls, and
   * needn't wait for each other. One that is refused doesn't stop those behind it, but all that consume what it writes.
   */
  step(record: RemoteStepRecord): RemoteReceipt
  /** Steps that are not answered. Past `steps_max` of them, or `steps_bytes_max`, a step is refused with `backpressure`. */
  readonly unanswered: number
  /** Resolves when no step waits for its answer. */
  answered(): Promise<void>
  /** Gives the DARQ back, for good. Steps before this still happen. */
  detach(): void
}

/**
 * The compute that is attached to a DARQ, for any place: colocated, in a worker, across a network. Keeps nothing that it can't
 * rebuild. It is made anew for every incarnation. If it throws or rejects, the incarnation is over, and another begins after
 * a while.
 */
export interface RemoteProcessor {
  /** First: the live checkpoint, then the unconsumed self-messages and timers in order of LSN. */
  restore(
    checkpoint: Delivered<'restore'> | undefined,
    self: readonly Delivered<'restore'>[],
    timers: readonly LiveTimer[],
    attached: RemoteAttached,
  ): void | Promise<void>
  /**
   * In-messages in order, each once an incarnation, one call after the other. A promise holds back the next call, and in time
   * the host: what waits then, waits in the log. Messages may be read during the call, until its promise is settled.
   */
  deliver<Turn>(messages: NonEmpty<Delivered<Turn>>, attached: RemoteAttached): void | Promise<void>
  /** Last. */
  detached(reason: DarqError): void
}

/** Called for each incarnation, before anything is restored. */
export type MakeProcessor = (attached: RemoteAttached) => RemoteProcessor
