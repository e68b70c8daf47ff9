/**
 * Effects at their DARQ. A message first becomes a job: a cell that holds its bytes and its key. When the step that did so is
 * committed, whatever led to it is too, and the job runs; its outcome consumes the cell and answers the caller in one step.
 *
 * @module
 */
import type { Attached, Delivered, Lsn } from '../../engine/types.ts'
import { DarqError, isA } from '../../error.ts'
import type { Definition, EffectDefinition } from '../define/definition.ts'
import type { Run } from '../define/effects.ts'
import { versionOf } from '../define/schema.ts'
import { Final, handlerError, isBackpressure, ownError, readable } from '../wire/failure.ts'
import { type Admitted, admit, Inadmissible } from './admission.ts'
import { DelayQueue } from './delay-queue.ts'
import { handle, keepAwake } from './handling.ts'
import type { Ledger } from './ledger.ts'
import { LedgerProcessor } from './ledger-processor.ts'
import type { ProcessorContext } from './processor-context.ts'
import { backoff_ms } from './retries.ts'
import { type Failure, setAside } from './set-aside.ts'
import type { Stepping } from './stepping.ts'
import type { Turn } from './turn.ts'

const job_cell = '$jobs'
/** The pause for room in a full log doubles until this attempt. */
const tries_for_room_max = 6

interface Job {
  /** Where its message stood; names its cell. */
  readonly lsn: Lsn
  readonly key: string
  readonly bytes: Uint8Array
  attempts: number
}

export class EffectProcessor extends LedgerProcessor {
  readonly state = {}
  readonly own = {}
  readonly #effect: EffectDefinition
  readonly #again: DelayQueue<() => void>
  readonly #waiting: Job[] = []
  readonly #running = new Set<AbortController>()

  constructor(name: string, definition: Definition, effect: EffectDefinition, context: ProcessorContext) {
    super(name, definition, context)
    this.#effect = effect
    this.#again = new DelayQueue(context.clock, (run) => run())
  }

  protected restored(attached: Attached): void {
    const jobs = jobsOf(this.ledger)
    const start = (): void => {
      if (this.stepping.attached === undefined) return
      // Not at once: a restore is no time for the application's code.
      for (const job of jobs) this.#again.add(() => this.#start(job), 0)
    }
    // After a crash all of it is committed; after a processor of this life has died, a crash may still take it back.
    if (this.#effect.pure) start()
    else attached.committed.then(start, () => {})
  }

  protected arrived<T>(message: Delivered<T>): void {
    this.#take(message.lsn, message.copy(), this.isOwn(message))
  }

  protected stop(reason: DarqError): void {
    this.#again.stop()
    for (const run of this.#running) run.abort(reason)
  }

  get kept(): number {
    return this.ledger.size(job_cell)
  }
  get hasPendingWork(): boolean {
    return this.kept > 0
  }
  checkHeld(): void {
    throw new DarqError('step_closed', { facts: { expected: 'an effect holds nothing' } })
  }

  /** @param tries including this one */
  #take(lsn: Lsn, bytes: Uint8Array, fromSelf: boolean, tries = 1): void {
    const life = this.context.life()
    // A host that is still being opened has no epoch to name yet.
    if (life === '') {
      this.#again.add(() => this.#take(lsn, bytes, fromSelf, tries), 1)
      return
    }
    try {
      const admitted = this.#admit(bytes, fromSelf)
      if (admitted.kind === 'builtin') {
        this.#step(lsn, [lsn], (turn) => handle(this, turn, admitted, fromSelf))
        return
      }
      const key = `${life}/${this.name}/${lsn}`
      const { receipt } = this.#step(lsn, [lsn], (turn) => {
        this.ledger.set(job_cell, String(lsn), { key, bytes })
        keepAwake(this, turn)
      })
      const job = { lsn, key, bytes, attempts: 0 }
      if (this.#effect.pure) this.#start(job)
      // Lost with its host: then the job is found again, or its message, when it is opened anew.
      else
        receipt.committed.then(
          () => this.#start(job),
          () => {},
        )
    } catch (thrown) {
      this.#refused(lsn, bytes, fromSelf, tries, thrown)
    }
  }

  #admit(bytes: Uint8Array, fromSelf: boolean): Admitted {
    return admit(this.definition, bytes, fromSelf, this.context.knows)
  }

  #refused(lsn: Lsn, bytes: Uint8Array, fromSelf: boolean, tries: number, thrown: unknown): void {
    if (this.stepping.attached === undefined) return
    const error = isA(thrown, Inadmissible) ? thrown.error : ownError(thrown)
    if (error.code === 'newer_version') {
      this.report(error)
      return
    }
    if (isBackpressure(thrown)) {
      this.#again.add(() => this.#take(lsn, bytes, fromSelf, tries + 1), this.#pauseForRoom(tries))
      return
    }
    const envelope = readable(bytes)
    this.#setAside({ lsn, bytes, envelope, error, attempts: 0, worn: false }, [lsn])
  }

  #start(job: Job): void {
    if (this.stepping.attached === undefined) return
    if (this.#running.size >= this.#effect.parallel_max) {
      this.#waiting.push(job)
      return
    }
    const stop = new AbortController()
    this.#running.add(stop)
    job.attempts += 1
    void this.#attempt(job, stop)
      .then(
        (finish) => this.#finish(job, finish),
        (thrown) => this.#failed(job, thrown),
      )
      .finally(() => {
        this.#running.delete(stop)
        const next = this.#waiting.shift()
        if (next !== undefined) this.#start(next)
      })
  }

  /** @returns what the step that ends the job does */
  async #attempt(job: Job, stop: AbortController): Promise<(turn: Turn) => void> {
    const admitted = this.#admit(job.bytes, false)
    if (admitted.kind !== 'send' && admitted.kind !== 'call') throw new DarqError('unknown_message')
    const { clock } = this.context
    const timedOut = Promise.withResolvers<never>()
    const cancel = clock.wake(clock.now_ms() + this.#effect.timeout_ms, () => {
      const error = new DarqError('timeout', { facts: { timeout_ms: this.#effect.timeout_ms } })
      stop.abort(error)
      timedOut.reject(error)
    })
    const run: Run = { key: job.key, signal: stop.signal, attempt: job.attempts }
    try {
      const value = await Promise.race([admitted.run(admitted.body, run), timedOut.promise])
      return (turn) => {
        if (admitted.kind !== 'call' || admitted.asker === undefined) return
        turn.reply(admitted.asker, { ok: true, value, version: versionOf(admitted.call.output) })
      }
    } finally {
      cancel()
    }
  }

  /** @param tries including this one */
  #finish(job: Job, finish: (turn: Turn) => void, tries = 1): void {
    if (this.stepping.attached === undefined) return
    try {
      this.#step(job.lsn, [], (turn) => {
        this.ledger.delete(job_cell, String(job.lsn))
        finish(turn)
      })
    } catch (thrown) {
      // The log is full for now. The effect is done: it is its outcome that must be written, not the effect repeated.
      if (isBackpressure(thrown)) this.#again.add(() => this.#finish(job, finish, tries + 1), this.#pauseForRoom(tries))
      else this.#failed(job, thrown)
    }
  }

  #failed(job: Job, thrown: unknown): void {
    if (this.stepping.attached === undefined) return
    const error = isA(thrown, Inadmissible) || isA(thrown, Final) ? thrown.error : handlerError(thrown)
    const { attempts_max } = this.definition.retry
    this.report(error)
    const isWorn = error.retryable && !isA(thrown, Final)
    if (isWorn && job.attempts < attempts_max) {
      this.#again.add(() => this.#start(job), this.#pause(job.attempts))
      return
    }
    const { lsn, bytes, attempts } = job
    this.#setAside({ lsn, bytes, envelope: readable(bytes), error, attempts, worn: isWorn }, [])
  }

  #setAside(failure: Failure, lsns: readonly Lsn[]): void {
    try {
      this.#step(failure.lsn, lsns, (turn) => {
        this.ledger.delete(job_cell, String(failure.lsn))
        setAside(this, turn, failure)
      })
    } catch (thrown) {
      if (this.stepping.attached === undefined) return
      this.report(ownError(thrown))
      this.#again.add(() => this.#setAside(failure, lsns), this.definition.retry.backoff_max_ms)
    }
  }

  #step(at: Lsn, lsns: readonly Lsn[], body: (turn: Turn) => void): ReturnType<Stepping['step']> {
    return this.stepping.step(this, at, lsns, body)
  }

  #pause(attempts: number): number {
    return backoff_ms(this.definition.retry, attempts, this.context.random)
  }

  /** A log is full for as long as a peer is away: it is asked less and less often, but never long after there is room. */
  #pauseForRoom(tries: number): number {
    return this.#pause(Math.min(tries, tries_for_room_max))
  }
}

function jobsOf(ledger: Ledger): Job[] {
  const jobs: Job[] = []
  for (const [id, { present, value }] of ledger.table(job_cell)) {
    if (!present || typeof value !== 'object' || value === null || !('key' in value) || !('bytes' in value)) continue
    const { key, bytes } = value
    // The codec's cast, in reverse: the cell is named by its message's LSN.
    if (typeof key === 'string' && bytes instanceof Uint8Array)
      jobs.push({ lsn: Number(id) as Lsn, key, bytes, attempts: 0 })
  }
  return jobs
}
