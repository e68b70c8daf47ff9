/**
 * The effects of a workflow's instances while they run: attempts, with pauses in between, a few at a time.
 *
 * @module
 */
import type { Run } from '../crest/define/effects.ts'
import { milliseconds } from '../crest/define/span.ts'
import type { LiveContext } from '../crest/run/live.ts'
import { backoff_ms } from '../crest/run/retries.ts'
import { handlerError, ownError } from '../crest/wire/failure.ts'
import { DarqError, type Plain } from '../error.ts'
import type { EffectJob } from './issued.ts'
import { at } from './mishap.ts'
import { plainCopy } from './plain.ts'

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

const attempts_max_default = 8

export class EffectRuns {
  readonly #place: LiveContext
  readonly #parallel_max: number
  readonly #queue: EffectRun[] = []
  readonly #running = new Map<string, AbortController>()
  /** Started and not over, between attempts too. */
  readonly #live = new Set<string>()

  constructor(place: LiveContext, parallel_max: number) {
    this.#place = place
    this.#parallel_max = parallel_max
  }

  /** Once for each; a second time while it runs is none. */
  start(run: EffectRun): void {
    if (this.#live.has(run.id)) return
    this.#live.add(run.id)
    this.#attempt(run, 1)
  }

  /** Nobody waits for it any more. */
  drop(id: string, reason: DarqError): void {
    this.#live.delete(id)
    this.#running.get(id)?.abort(reason)
  }

  dropAll(reason: DarqError): void {
    this.#live.clear()
    for (const stop of this.#running.values()) stop.abort(reason)
  }

  #attempt(run: EffectRun, attempt: number): void {
    if (!this.#live.has(run.id)) return
    if (this.#running.size >= this.#parallel_max) {
      this.#queue.push(run)
      return
    }
    const stop = new AbortController()
    this.#running.set(run.id, stop)
    void this.#once(run, attempt, stop)
      .then(
        (value) => this.#came(run, value),
        (thrown: unknown) => this.#failed(run, attempt, thrown),
      )
      .finally(() => {
        if (this.#running.get(run.id) === stop) this.#running.delete(run.id)
        const next = this.#queue.shift()
        if (next !== undefined) this.#attempt(next, 1)
      })
  }

  async #once({ key, job }: EffectRun, attempt: number, stop: AbortController): Promise<unknown> {
    const { clock } = this.#place.context
    const timeout_ms = milliseconds(job.options.timeout ?? '1 minute')
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
    if (!this.#live.delete(run.id)) return
    let plain: Plain
    try {
      plain = plainCopy(value, this.#place.message_bytes_max)
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
    if (!this.#live.has(run.id)) return
    const { retry = {} } = run.job.options
    const attempts_max = retry.attempts_max ?? attempts_max_default
    const error = handlerError(thrown)
    if (error.retryable && attempt < attempts_max) {
      this.#place.report(error)
      const pauses = {
        attempts_max,
        backoff_ms: milliseconds(retry.backoff ?? '100 ms'),
        backoff_max_ms: milliseconds(retry.backoff_max ?? '1 minute'),
      }
      this.#place.after(backoff_ms(pauses, attempt, this.#place.context.random), () => this.#attempt(run, attempt + 1))
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
