/**
 * What instances have come to is kept for a while: at most this many, for so long, and in so much of the log.
 *
 * @module
 */
import type { LiveContext } from '../crest/run/live.ts'
import { header_cell, show_cell, within } from './journal.ts'

/** Results take no more of the log than this. */
const log_share = 1 / 12

interface Finished {
  readonly ended_ms: number
  /** Of its header, in the log. */
  readonly bytes: number
}

export interface ResultLimits {
  readonly finished_max: number
  readonly keep_ms: number
}

export class Results {
  readonly #context: LiveContext
  readonly #limits: ResultLimits
  /** By key of the instance, the one that ended first in front. */
  readonly #finished = new Map<string, Finished>()
  #bytes = 0

  constructor(context: LiveContext, limits: ResultLimits) {
    this.#context = context
    this.#limits = limits
  }

  keep(key: string, ended_ms: number): void {
    this.#drop(key)
    const bytes = this.#context.ledger.table(header_cell).get(key)?.bytes ?? 0
    this.#finished.set(key, { ended_ms, bytes })
    this.#bytes += bytes
  }

  /** Within the step that ends an instance: forgets the oldest, where there are too many, and one or two that are too old. */
  makeRoom(ending: string): void {
    const now_ms = this.#context.context.clock.now_ms()
    const bytes_max = this.#context.log_bytes_max * log_share
    let kept = this.#finished.size
    let bytes = this.#bytes
    let looked = 0
    for (const [oldest, one] of this.#finished) {
      looked += 1
      const isSurplus = kept >= this.#limits.finished_max || bytes > bytes_max
      if (!isSurplus && (looked > 2 || now_ms - one.ended_ms < this.#limits.keep_ms)) break
      if (oldest !== ending) this.#forget(oldest)
      kept -= 1
      bytes -= one.bytes
    }
  }

  /** Within a step. */
  #forget(key: string): void {
    const { ledger, definition } = this.#context
    ledger.delete(header_cell, key)
    for (const [name, { kind }] of definition.messages)
      if (kind === 'query') ledger.delete(show_cell, within(key, name))
  }

  /** The step has happened: those that it has forgotten are not kept. */
  forgotten(): void {
    for (const oldest of this.#finished.keys()) {
      if (this.#context.ledger.get(header_cell, oldest) !== undefined) break
      this.#drop(oldest)
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#finished.get(key)?.bytes ?? 0
    this.#finished.delete(key)
  }
}
