/**
 * A participant's live timers: where the record of each named one is.
 *
 * @module
 */
import type { Attached, LiveTimer, Lsn, Out } from '../engine/types.ts'
import { readable } from './failure.ts'

export class LiveTimers {
  readonly #named = new Map<string, Lsn>()
  #all: Lsn[] = []

  restore(timers: Iterable<LiveTimer>): void {
    for (const { lsn, bytes } of timers) {
      this.#all.push(lsn)
      const name = readable(bytes)?.timer?.name
      if (name !== undefined) this.#named.set(name, lsn)
    }
  }

  /** @returns the record of a named timer that has not fired */
  find(name: string, attached: Attached): Lsn | undefined {
    const lsn = this.#named.get(name)
    if (lsn === undefined || attached.read(lsn) !== undefined) return lsn
    this.#named.delete(name)
    return undefined
  }

  /** @returns how many have not fired */
  count(attached: Attached): number {
    this.#all = this.#all.filter((lsn) => attached.read(lsn) !== undefined)
    return this.#all.length
  }

  /**
   * A step has happened.
   *
   * @param timers the index in `outs` of each named timer that was set; `undefined` for one that was cancelled
   * @param sent where each of `outs` stands
   */
  settle(outs: readonly Out[], timers: ReadonlyMap<string, number | undefined>, sent: readonly Lsn[]): void {
    for (const [index, { due_ms }] of outs.entries()) {
      const lsn = sent[index]
      if (due_ms !== undefined && lsn !== undefined) this.#all.push(lsn)
    }
    for (const [name, index] of timers) {
      const lsn = index === undefined ? undefined : sent[index]
      if (lsn === undefined) this.#named.delete(name)
      else this.#named.set(name, lsn)
    }
  }
}
