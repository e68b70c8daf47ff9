/**
 * One DARQ and the participant that lives there: which messages wait, and the step that consumes each.
 *
 * @module
 */

import type { Definition } from '../crest/define/definition.ts'
import { versionOf } from '../crest/define/schema.ts'
import { type Admitted, admit, Inadmissible, isGathered } from '../crest/run/admission.ts'
import { ownMessages } from '../crest/run/own.ts'
import { handlerError, isBackpressure, isRefusal, ownError } from '../crest/wire/failure.ts'
import { DarqError, isA } from '../error.ts'
import { Alarms } from './alarms.ts'
import { Cells, type Changes, stateOver } from './cells.ts'
import { Effects, type Job } from './effect.ts'
import { Gathering } from './gathering.ts'
import { type Failure, Held, handle, setAside } from './handle.ts'
import type { ParticipantContext } from './participant-context.ts'
import { encodeTimer, keyOf, type Writes, write } from './row.ts'
import { isNamed, OpenStep, type StepContext } from './step.ts'

/** A message that waits at its DARQ. */
export interface Waiting {
  /** Unique at its DARQ, for ever. */
  readonly id: string
  /** The timer that it is, or else its row in the inbox. */
  readonly timer: string | undefined
  readonly row: string
  readonly fromSelf: boolean
  readonly bytes: Uint8Array
  attempts: number
  /** Not to be gathered in a batch again: it may be to blame for one that failed. */
  alone: boolean
}

/** A message and what was read out of it; nothing, when it is only to be taken away. */
interface Taken {
  readonly waiting: Waiting
  readonly admitted?: Admitted
}
interface Made {
  readonly taken: readonly Taken[]
  readonly step: OpenStep
  readonly changes: Changes
  readonly posted: () => void
}

const held_max = 10_000

export class TransactionalParticipant implements StepContext {
  readonly name: string
  readonly key: string
  readonly definition: Definition
  readonly cells: Cells
  readonly state: object
  readonly own: object
  readonly timers: Alarms
  readonly random: () => number
  steps = 0
  readonly #context: ParticipantContext
  readonly #pending = new Set<Waiting>()
  /** Those of them that are timers, by the timer's key. */
  readonly #due = new Map<string, Waiting>()
  readonly #held = new Map<string, Waiting[]>()
  readonly #gathering: Gathering<Taken>
  readonly #effects: Effects | undefined
  readonly #watchers = new Set<() => void>()

  constructor(name: string, definition: Definition, context: ParticipantContext) {
    this.name = name
    this.key = definition.key(name)
    this.definition = definition
    this.cells = new Cells(name, definition)
    this.state = stateOver(this.cells, definition)
    this.own = ownMessages(definition, name)
    this.random = context.random
    this.#context = context
    this.timers = new Alarms(name, context, (timer, row, { id, bytes }) =>
      this.arrived({ id, timer, row, fromSelf: true, bytes }),
    )
    this.#gathering = new Gathering((wait_ms, run) => context.after(wait_ms, run))
    this.#effects = definition.effect && new Effects(definition.effect, context.clock)
  }

  get pending(): number {
    return this.#pending.size
  }

  knows(darq: string): boolean {
    return this.#context.knows(darq)
  }

  checkHeld(): void {
    let held = 0
    for (const waiting of this.#held.values()) held += waiting.length
    if (held >= held_max)
      throw new DarqError('backpressure', { facts: { expected: `at most ${held_max} held messages` } })
  }

  /** Makes sure that the state is in memory. */
  async load(): Promise<void> {
    if (!this.cells.isLoaded) await this.#context.transaction((rows) => this.cells.load(rows))
  }

  /** Calls `see` after every step that is committed. @returns ends it */
  watch(see: () => void): () => void {
    this.#watchers.add(see)
    return () => this.#watchers.delete(see)
  }

  stop(reason: DarqError): void {
    this.#effects?.stop(reason)
  }

  /** A message is in the inbox, and committed. */
  arrived(message: Pick<Waiting, 'id' | 'timer' | 'row' | 'fromSelf' | 'bytes'>): void {
    // A named timer may be taken back until its message is handled: it doesn't wait for others.
    const waiting = { ...message, attempts: 0, alone: message.timer !== undefined && isNamed(message.timer) }
    this.#pending.add(waiting)
    if (waiting.timer !== undefined) this.#due.set(waiting.timer, waiting)
    this.#dispatch(waiting)
  }

  #dispatch(waiting: Waiting): void {
    if (!this.#pending.has(waiting) || !this.#context.isOpen) return
    let admitted: Admitted
    try {
      admitted = admit(this.definition, waiting.bytes, waiting.fromSelf, (darq) => this.knows(darq))
    } catch (thrown) {
      const error = isA(thrown, Inadmissible) ? thrown.error : ownError(thrown)
      // A newer code will know it; this one leaves it where it is.
      if (error.code === 'newer_version') this.#report(error)
      else void this.#giveUp(waiting, error)
      return
    }
    if (admitted.kind === 'batch' && !waiting.alone && isGathered(admitted)) this.#gather(waiting, admitted)
    else if (this.#effects !== undefined && (admitted.kind === 'send' || admitted.kind === 'call'))
      void this.#affect(this.#effects, waiting, admitted)
    else void this.#attempt([{ waiting, admitted }])
  }

  #gather(waiting: Waiting, admitted: Admitted & { kind: 'batch' }): void {
    const { batch, bodies, envelope } = admitted
    try {
      const group = `${envelope.name}\n${batch.by === undefined ? '' : batch.by(bodies[0])}`
      this.#gathering.add(group, { waiting, admitted }, bodies.length, batch, (taken) => void this.#attempt(taken))
    } catch (thrown) {
      this.#failed([{ waiting }], thrown)
    }
  }

  async #attempt(taken: readonly Taken[]): Promise<void> {
    try {
      await this.#step(taken, (step, live) =>
        handle(
          this,
          step,
          live.flatMap(({ admitted }) => admitted ?? []),
        ),
      )
    } catch (thrown) {
      this.#failed(taken, thrown)
    }
  }

  async #affect(effects: Effects, waiting: Waiting, job: Job): Promise<void> {
    try {
      const key = this.#context.effectKey(this.name, waiting.id)
      const value = await effects.run(job, key, waiting.attempts + 1)
      await this.#step([{ waiting }], (step) => {
        if (job.kind === 'call' && job.asker !== undefined)
          step.reply(job.asker, { ok: true, value, version: versionOf(job.call.output) })
      })
    } catch (thrown) {
      this.#failed([{ waiting }], thrown)
    }
  }

  /**
   * One step: one transaction. Which messages still wait is known in memory: this owner alone takes them away, and one that
   * is no longer the owner writes nothing.
   *
   * @throws what `body` throws; nothing happened then
   */
  async #step(taken: readonly Taken[], body: (step: OpenStep, live: readonly Taken[]) => void): Promise<void> {
    const outcome = await this.#context.transaction(
      async (rows) => {
        await this.cells.load(rows)
        const live = taken.filter(({ waiting }) => this.#pending.has(waiting))
        const [first] = live
        if (first === undefined) return undefined
        const writes: Writes = new Map()
        const made = this.#make(first.waiting.id, live, writes, body)
        if ('step' in made) write(writes, rows)
        return made
      },
      (made) => {
        if (made !== undefined && 'step' in made) this.#committed(made)
      },
    )
    if (outcome !== undefined && 'thrown' in outcome) throw outcome.thrown
  }

  #make(
    id: string,
    taken: readonly Taken[],
    writes: Writes,
    body: (step: OpenStep, live: readonly Taken[]) => void,
  ): Made | { readonly thrown: unknown } {
    const step = new OpenStep(this, id, this.#context.clock.now_ms())
    for (const { waiting } of taken) {
      if (waiting.timer === undefined) writes.set(waiting.row, undefined)
      else step.timers.set(waiting.timer, undefined)
    }
    this.cells.begin()
    try {
      body(step, taken)
      step.close()
      const changes = this.cells.end()
      this.cells.write(changes, writes)
      for (const [key, timer] of step.timers) writes.set(keyOf('timer', this.name, key), timer && encodeTimer(timer))
      return { taken, step, changes, posted: this.#context.post(this.name, step.sent, writes) }
    } catch (thrown) {
      step.close()
      this.cells.end()
      return { thrown }
    }
  }

  #committed({ taken, step, changes, posted }: Made): void {
    this.steps += 1
    for (const { waiting } of taken) this.#pending.delete(waiting)
    this.cells.apply(changes)
    for (const [key, timer] of step.timers) {
      // The timer that was there may be due, and its message wait: that goes with it.
      const due = this.#due.get(key)
      if (due !== undefined) this.#pending.delete(due)
      this.#due.delete(key)
      if (timer === undefined) this.timers.disarm(key)
      else this.timers.arm(key, timer)
    }
    posted()
    for (const key of step.released) {
      const held = this.#held.get(key) ?? []
      this.#held.delete(key)
      for (const waiting of held) this.#dispatch(waiting)
    }
    for (const see of this.#watchers) see()
  }

  #failed(taken: readonly Taken[], thrown: unknown): void {
    if (!this.#context.isOpen) return
    const { retry } = this.definition
    const company = taken.length > 1
    for (const { waiting } of taken) {
      if (isA(thrown, Held)) {
        waiting.alone = true
        this.#held.set(thrown.key, [...(this.#held.get(thrown.key) ?? []), waiting])
        continue
      }
      const error = handlerError(thrown)
      // A failure in company is not counted: another may be to blame.
      if (!isBackpressure(error) && !company) waiting.attempts += 1
      if (company && !isBackpressure(error)) waiting.alone = true
      if (!isBackpressure(error) && !company && (isRefusal(error) || waiting.attempts >= retry.attempts_max)) {
        void this.#giveUp(waiting, error)
        continue
      }
      this.#report(error)
      const whole_ms = Math.min(retry.backoff_max_ms, retry.backoff_ms * 2 ** Math.max(0, waiting.attempts - 1))
      this.#again(waiting, whole_ms * (0.5 + this.random() / 2))
    }
  }

  async #giveUp(waiting: Waiting, error: DarqError): Promise<void> {
    const { id, bytes, attempts } = waiting
    const failure: Failure = { id, bytes, error, attempts }
    try {
      await this.#step([{ waiting }], (step) => setAside(this, step, failure))
      this.#report(error)
    } catch (thrown) {
      if (!this.#context.isOpen) return
      this.#report(ownError(thrown))
      this.#again(waiting, this.definition.retry.backoff_max_ms)
    }
  }

  #again(waiting: Waiting, wait_ms: number): void {
    this.#context.after(wait_ms, () => this.#dispatch(waiting))
  }

  #report(error: DarqError): void {
    this.#context.report(error, this.name)
  }
}
