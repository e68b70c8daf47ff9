/**
 * Messages with a due time. A timer is a record of its own. When it is due and meant for its own DARQ, it is delivered as it
 * stands, and the step that it brings about consumes it: nothing more is written, so that a full log can't stop it. (A
 * message to oneself is a timer that is due at once.) One for another DARQ becomes an out-message by a step of the engine,
 * so that its channel's sequence is given then, and exactly once.
 *
 * @module
 */
import type { Lsn } from '@darq/core'
import { DarqError } from '../error.ts'
import { Heap } from './heap.ts'
import { addressed, flag_gated } from './records.ts'
import { type SteppingDarq, step } from './step.ts'
import type { Clock } from './types.ts'

export interface Timer {
  readonly darq: SteppingDarq
  readonly lsn: Lsn
  readonly due_ms: number
}

/** Of those that are due at the same time, the one that was armed first goes first. */
interface Armed extends Timer {
  readonly order: number
}

const before = (a: Armed, b: Armed): boolean => a.due_ms < b.due_ms || (a.due_ms === b.due_ms && a.order < b.order)

const retry_ms = 1_000

export class Timers {
  readonly #clock: Clock
  readonly #report: (error: DarqError, where: string) => void
  /** A cancelled timer stays until it is due, and is passed over then. */
  readonly #armed = new Heap<Armed>(before)
  #order = 0
  #wake: (() => void) | undefined
  #wakeAt_ms = Number.POSITIVE_INFINITY

  constructor(clock: Clock, report: (error: DarqError, where: string) => void) {
    this.#clock = clock
    this.#report = report
  }

  /** When the earliest is due; infinity without one. */
  get earliest_ms(): number {
    return this.#armed.first?.due_ms ?? Number.POSITIVE_INFINITY
  }

  add({ darq, lsn, due_ms }: Timer): void {
    this.#armed.add({ darq, lsn, due_ms, order: this.#order })
    this.#order += 1
    this.#arm()
  }

  #arm(): void {
    const at_ms = this.earliest_ms
    if (at_ms >= this.#wakeAt_ms || at_ms === Number.POSITIVE_INFINITY) return
    this.#wake?.()
    this.#wakeAt_ms = at_ms
    this.#wake = this.#clock.wake(at_ms, () => this.#run())
  }

  #run(): void {
    this.#wakeAt_ms = Number.POSITIVE_INFINITY
    this.#wake = undefined
    const now_ms = this.#clock.now_ms()
    while (this.earliest_ms <= now_ms) {
      const timer = this.#armed.take()
      if (timer?.darq.core.isPending(timer.lsn)) this.#fire(timer, now_ms)
    }
    this.#arm()
  }

  #fire(timer: Timer, now_ms: number): void {
    const { darq, lsn } = timer
    const { to, flags, bytes } = addressed(darq.core, lsn)
    if (to === darq.name) {
      darq.fire(lsn, (flags & flag_gated) !== 0)
      return
    }
    const out = { to, bytes: bytes.slice() }
    try {
      step(darq, { consume: [lsn], send: [(flags & flag_gated) === 0 ? out : { ...out, gate: 'committed' }] })
    } catch (error) {
      if (!(error instanceof DarqError)) throw error
      if (error.code === 'closed') return
      // The log is full for now: the timer stays armed.
      this.#report(error, `timer of ${darq.name}`)
      this.add({ ...timer, due_ms: now_ms + retry_ms })
    }
  }

  stop(): void {
    this.#wake?.()
    this.#armed.clear()
  }
}
