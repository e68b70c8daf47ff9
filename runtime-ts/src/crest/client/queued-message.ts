/**
 * One message that a client keeps until it is committed.
 *
 * @module
 */
import type { Payload } from '../../engine/types.ts'
import type { DarqError } from '../../error.ts'
import { payloadBytes } from '../wire/plain.ts'
import { PendingReceipt } from './receipt.ts'

export class QueuedMessage {
  readonly payload: Payload
  readonly bytes: number
  readonly receipt = new PendingReceipt()
  /** What its sender had seen, if he keeps a session: what he decided it on, however often it is sent. */
  readonly after: string | undefined
  /** The application's number; 0: the lane numbers it when it is first sent. */
  readonly fixed: number
  sequence: number
  /** It was refused in company: it is sent by itself now, to see who is to blame. */
  alone = false
  /** It left the client's window. */
  readonly #left: (queued: QueuedMessage) => void
  #done = false

  constructor(payload: Payload, fixed: number, after: string | undefined, left: (queued: QueuedMessage) => void) {
    this.after = after
    this.payload = payload
    this.bytes = payloadBytes(payload)
    this.fixed = fixed
    this.sequence = fixed
    this.#left = left
  }

  fail(error: DarqError): void {
    this.receipt.fail(error)
    this.leave()
  }

  leave(): void {
    if (this.#done) return
    this.#done = true
    this.#left(this)
  }
}
