/**
 * The effects of a workflow's instances while they run: attempts, with pauses in between, a few at a time.
 *
 * @module
 */
import type { Run } from '../crest/define/effects.ts'
import type { LiveContext } from '../crest/run/live.ts'
import { backoff_ms } from '../crest/run/retries.ts'
import { handlerError, ownError } from '../crest/wire/failure.ts'
import { DarqError, type Plain } from '../error.ts'
import type { EffectJob } from './issued.ts'
import { plainCopy } from './plain.ts'
import { at } from './workflow-error.ts'

export interface EffectRun {
  /** Unique at the DARQ while it is pending. */
  readonly id: string
  readonly instance: string
  /** The same for every attempt. */
  readonly key: string
  readonly job: EffectJob
  /** It is over: with a value that travels, or with the last error. */
  readonly done: (outcome: { readonly value: Plain } | { readonly error: DarqError }) => void
  /** Its result can't be written down: the code must be mended. */
  readonly broken: (error: DarqError) => void
}

/** The attempt that a run has come to. */
interface Attempt {
  readonly run: EffectRun
  readonly number: number
}

export class EffectRuns {
  readonly #context: LiveContext
  readonly #parallel_max: number
  /** They wait for others to end. */
  #queue: Attempt[] = []
  readonly #running = new Map<EffectRun, AbortController>()
  /** Started and not over, between attempts too. */
  readonly #live = new Map<string, EffectRun>()

  constructor(context: LiveContext, parallel_max: number) {
    this.#context = context
    this.#parallel_max = parallel_max
  }

  /** Once for each; a second call while it runs does nothing. */
  start(run: EffectRun): void {
    if (this.#live.has(run.id)) return
    this.#live.set(run.id, run)
    this.#enqueue({ run, number: 1 })
  }

  /** Nobody waits for it any more. Others need not wait until it listens to its signal. */
  drop(id: string, reason: DarqError): void {
    const run = this.#live.get(id)
    if (run === undefined) return
    this.#live.delete(id)
    this.#queue = this.#queue.filter((attempt) => attempt.run !== run)
    this.#running.get(run)?.abort(reason)
    this.#running.delete(run)
    this.#pump()
  }

  dropAll(reason: DarqError): void {
    this.#live.clear()
    this.#queue = []
    for (const stop of this.#running.values()) stop.abort(reason)
  }

  #isLive(run: EffectRun): boolean {
    return this.#live.get(run.id) === run
  }

  #enqueue(attempt: Attempt): void {
    this.#queue.push(attempt)
    this.#pump()
  }

  #pump(): void {
    while (this.#running.size < this.#parallel_max) {
      const next = this.#queue.shift()
      if (next === undefined) return
      this.#attempt(next)
    }
  }

  #attempt({ run, number }: Attempt): void {
    const stop = new AbortController()
    this.#running.set(run, stop)
    void this.#once(run, number, stop)
      .then(
        (value) => this.#came(run, value),
        (thrown: unknown) => this.#failed(run, number, thrown),
      )
      .finally(() => {
        if (this.#running.get(run) !== stop) return
        this.#running.delete(run)
        this.#pump()
      })
  }

  async #once({ key, job }: EffectRun, attempt: number, stop: AbortController): Promise<unknown> {
    const { clock } = this.#context.context
    const { timeout_ms } = job
    const timedOut = Promise.withResolvers<never>()
    timedOut.promise.catch(() => {})
    const cancel = clock.wake(clock.now_ms() + timeout_ms, () => {
      const error = new DarqError('timeout', { facts: { timeout_ms } })
      stop.abort(error)
      timedOut.reject(error)
    })
    const run: Run = { key, signal: stop.signal, attempt }
    try {
      return await Promise.race([job.run(run), timedOut.promise])
    } finally {
      cancel()
    }
  }

  #came(run: EffectRun, value: unknown): void {
    if (!this.#isLive(run)) return
    this.#live.delete(run.id)
    let plain: Plain
    try {
      plain = plainCopy(value, this.#context.message_bytes_max)
    } catch (thrown) {
      const { code, facts } = ownError(thrown)
      // Which depends on what came: the function can deal with it.
      if (code === 'too_large') {
        run.done({ error: at(run.instance, `effect ${run.job.name}`, ownError(thrown)) })
        return
      }
      run.broken(
        new DarqError('schema', {
          cause: thrown,
          facts: {
            ...{ instance: run.instance, step: `effect ${run.job.name}` },
            ...(facts !== undefined && { facts }),
            do: 'return JSON data or bytes, then resume the instance: the effect runs again, with the same key',
          },
        }),
      )
      return
    }
    run.done({ value: plain })
  }

  #failed(run: EffectRun, attempt: number, thrown: unknown): void {
    if (!this.#isLive(run)) return
    const { retry } = run.job
    const error = handlerError(thrown)
    if (error.retryable && attempt < retry.attempts_max) {
      this.#context.report(error)
      this.#context.after(backoff_ms(retry, attempt, this.#context.context.random), () => {
        if (this.#isLive(run)) this.#enqueue({ run, number: attempt + 1 })
      })
      return
    }
    this.#live.delete(run.id)
    const { code, message, retryable, facts } = error
    run.done({
      error: new DarqError(code, {
        ...{ cause: error, message, retryable },
        facts: {
          ...{ instance: run.instance, step: `effect ${run.job.name}`, attempts: attempt },
          ...(facts !== undefined && { facts }),
        },
      }),
    })
  }
}
