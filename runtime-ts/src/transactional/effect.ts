/**
 * Effects of one DARQ. Their messages are committed since they are in the inbox; what came of one is written in the
 * transaction that takes it out of there.
 *
 * @module
 */

import type { EffectDefinition } from '../crest/define/definition.ts'
import type { Run } from '../crest/define/effects.ts'
import type { Admitted } from '../crest/run/admission.ts'
import type { Clock } from '../engine/types.ts'
import { DarqError } from '../error.ts'

export type Job = Admitted & { readonly kind: 'send' | 'call' }

export class Effects {
  readonly #effect: EffectDefinition
  readonly #clock: Clock
  readonly #running = new Set<AbortController>()
  readonly #waiting: (() => void)[] = []

  constructor(effect: EffectDefinition, clock: Clock) {
    this.#effect = effect
    this.#clock = clock
  }

  /**
   * One attempt, when there is a place for it.
   *
   * @throws what the application's code rejects with; {@link DarqError} `timeout`
   */
  async run({ run, body }: Job, key: string, attempt: number): Promise<unknown> {
    while (this.#running.size >= this.#effect.parallel_max)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    const stop = new AbortController()
    this.#running.add(stop)
    const ended = Promise.withResolvers<never>()
    stop.signal.addEventListener('abort', () => ended.reject(stop.signal.reason))
    const { timeout_ms } = this.#effect
    const cancel = this.#clock.wake(this.#clock.now_ms() + timeout_ms, () =>
      stop.abort(new DarqError('timeout', { facts: { timeout_ms } })),
    )
    try {
      const given: Run = { key, signal: stop.signal, attempt }
      return await Promise.race([run(body, given), ended.promise])
    } finally {
      cancel()
      this.#running.delete(stop)
      this.#waiting.shift()?.()
    }
  }

  stop(reason: DarqError): void {
    for (const run of this.#running) run.abort(reason)
  }
}
