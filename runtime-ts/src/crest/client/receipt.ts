/**
 * Receipts: promises that are made when somebody asks for them.
 *
 * @module
 */
import type { Accepted, Grade, Hardened } from '../../engine/types.ts'
import type { DarqError } from '../../error.ts'
import type { Durability } from '../../storage/contract.ts'
import type { Receipt } from './client-types.ts'

const nowhere: Accepted = { lsn: 0, duplicate: false }

/** What is known of one message: the grades that it has reached, or why it will reach no more. */
export class PendingReceipt implements Receipt {
  #acceptance: Accepted | undefined
  #durable: Durability | undefined
  #committed: Durability | undefined
  #error: DarqError | undefined
  #awaitsAccepted: PromiseWithResolvers<Accepted> | undefined
  #awaitsDurable: PromiseWithResolvers<Hardened> | undefined
  #awaitsCommitted: PromiseWithResolvers<Hardened> | undefined

  get accepted(): Promise<Accepted> {
    if (this.#awaitsAccepted === undefined) {
      this.#awaitsAccepted = Promise.withResolvers()
      settle(this.#awaitsAccepted, this.#acceptance, this.#error)
    }
    return this.#awaitsAccepted.promise
  }

  get durable(): Promise<Hardened> {
    if (this.#awaitsDurable === undefined) {
      this.#awaitsDurable = Promise.withResolvers()
      settle(this.#awaitsDurable, this.#hardened(this.#durable), this.#error)
    }
    return this.#awaitsDurable.promise
  }

  get committed(): Promise<Hardened> {
    if (this.#awaitsCommitted === undefined) {
      this.#awaitsCommitted = Promise.withResolvers()
      settle(this.#awaitsCommitted, this.#hardened(this.#committed), this.#error)
    }
    return this.#awaitsCommitted.promise
  }

  #hardened(durability: Durability | undefined): Hardened | undefined {
    if (durability === undefined) return undefined
    const { lsn, duplicate } = this.#acceptance ?? nowhere
    return { lsn, duplicate, durability }
  }

  /** Sent again, it may be a duplicate of itself: then the first answer is the one that counts. */
  accept(acceptance: Accepted): void {
    if (this.#error !== undefined || (this.#acceptance !== undefined && acceptance.duplicate)) return
    this.#acceptance = acceptance
    this.#awaitsAccepted?.resolve(acceptance)
  }

  harden(grade: Exclude<Grade, 'accepted'>, durability: Durability): void {
    if (this.#error !== undefined) return
    if (grade === 'durable') this.#durable ??= durability
    else this.#committed ??= durability
    const waiting = grade === 'durable' ? this.#awaitsDurable : this.#awaitsCommitted
    if (waiting !== undefined) settle(waiting, this.#hardened(durability), undefined)
  }

  /** What is not yet reached never will be, as far as this receipt knows. */
  fail(error: DarqError): void {
    if (this.#error !== undefined) return
    this.#error = error
    if (this.#awaitsAccepted !== undefined) settle(this.#awaitsAccepted, undefined, error)
    if (this.#awaitsDurable !== undefined) settle(this.#awaitsDurable, undefined, error)
    if (this.#awaitsCommitted !== undefined) settle(this.#awaitsCommitted, undefined, error)
  }
}

/** A promise that is settled already stays as it is. */
function settle<T>(waiting: PromiseWithResolvers<T>, value: T | undefined, error: DarqError | undefined): void {
  if (value !== undefined) waiting.resolve(value)
  else if (error !== undefined) {
    // The caller may never look at it.
    waiting.promise.catch(() => {})
    waiting.reject(error)
  }
}
