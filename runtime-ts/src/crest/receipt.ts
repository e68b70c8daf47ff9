/**
 * Receipts: promises that are made when somebody asks for them.
 *
 * @module
 */
import type { Accepted, Grade, Hardened } from '../engine/types.ts'
import type { DarqError } from '../error.ts'
import type { Receipt } from './client-types.ts'

/** One grade: unknown, reached or failed; a promise of it only if it was asked for. */
class Promised<T> {
  #settled: { readonly value: T } | { readonly error: DarqError } | undefined
  #waiting: PromiseWithResolvers<T> | undefined

  get promise(): Promise<T> {
    if (this.#waiting === undefined) {
      this.#waiting = Promise.withResolvers<T>()
      // A caller may ask for a promise and never look at it.
      this.#waiting.promise.catch(() => {})
      this.#pass()
    }
    return this.#waiting.promise
  }

  settle(settled: { readonly value: T } | { readonly error: DarqError }): void {
    if (this.#settled !== undefined) return
    this.#settled = settled
    this.#pass()
  }

  get isSettled(): boolean {
    return this.#settled !== undefined
  }

  #pass(): void {
    if (this.#settled === undefined || this.#waiting === undefined) return
    if ('error' in this.#settled) this.#waiting.reject(this.#settled.error)
    else this.#waiting.resolve(this.#settled.value)
  }
}

export class PendingReceipt implements Receipt {
  readonly #accepted = new Promised<Accepted>()
  readonly #durable = new Promised<Hardened>()
  readonly #committed = new Promised<Hardened>()

  get accepted(): Promise<Accepted> {
    return this.#accepted.promise
  }
  get durable(): Promise<Hardened> {
    return this.#durable.promise
  }
  get committed(): Promise<Hardened> {
    return this.#committed.promise
  }

  /** Everything that can be said of it was said. */
  get isSettled(): boolean {
    return this.#committed.isSettled
  }

  accept(accepted: Accepted): void {
    this.#accepted.settle({ value: accepted })
  }

  harden(grade: Exclude<Grade, 'accepted'>, hardened: Hardened): void {
    const promised = grade === 'durable' ? this.#durable : this.#committed
    promised.settle({ value: hardened })
  }

  /** What is not yet reached never will be, as far as this receipt knows. */
  fail(error: DarqError): void {
    this.#accepted.settle({ error })
    this.#durable.settle({ error })
    this.#committed.settle({ error })
  }
}
