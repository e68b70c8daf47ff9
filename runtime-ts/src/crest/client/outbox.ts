/**
 * What a client sends: a lane to each DARQ, within one window.
 *
 * @module
 */
import type { Clock, Payload } from '../../engine/types.ts'
import type { DarqError } from '../../error.ts'
import { keyProducer } from '../wire/producer-id.ts'
import type { Session } from '../wire/session.ts'
import type { AskOptions } from './client-types.ts'
import { deadline, waiting } from './deadline.ts'
import { Lane } from './lane.ts'
import { closedError, type Links, linkError } from './links.ts'
import { QueuedMessage } from './queued-message.ts'
import type { PendingReceipt } from './receipt.ts'
import { Window } from './window.ts'

export class Outbox {
  readonly #producer: string
  readonly #fresh: boolean
  readonly #links: Links
  readonly #clock: Clock
  readonly #session: Session | undefined
  readonly #window = new Window()
  readonly #left = ({ bytes }: QueuedMessage): void => this.#window.leave(bytes)
  /** By DARQ. */
  readonly #lanes = new Map<string, Lane>()
  /** Those of idempotency keys. */
  readonly #keyed = new Map<string, Lane>()

  /** @param fresh see `ClientOptions` */
  constructor(producer: string, fresh: boolean, links: Links, clock: Clock, session: Session | undefined) {
    this.#session = session
    this.#producer = producer
    this.#fresh = fresh
    this.#links = links
    this.#clock = clock
  }

  enqueue(to: string, payload: Payload, options: AskOptions): PendingReceipt {
    const { idempotencyKey, signal, timeout, sequence = 0 } = options
    if (idempotencyKey !== undefined) return this.#enqueueKeyed(to, payload, idempotencyKey, options)
    let lane = this.#lanes.get(to)
    if (lane === undefined) {
      lane = new Lane(to, this.#producer, this.#links, this.#fresh, this.#session)
      this.#lanes.set(to, lane)
    }
    if (signal === undefined && timeout === undefined) {
      const queued = new QueuedMessage(payload, sequence, this.#session?.text, this.#left)
      if (this.#enters(queued)) lane.push(queued)
      return queued.receipt
    }
    return this.#pushWithin(lane, payload, sequence, options, () => {})
  }

  /** A key stands for a producer that sends one message: its lane goes when all that it ever sends is told. */
  #enqueueKeyed(to: string, payload: Payload, key: string, options: AskOptions): PendingReceipt {
    const producer = keyProducer(key)
    const name = `${producer}\n${to}`
    const lane = this.#keyed.get(name) ?? new Lane(to, producer, this.#links, this.#fresh, this.#session)
    this.#keyed.set(name, lane)
    return this.#pushWithin(lane, payload, 1, options, () => {
      if (lane.isIdle) this.#keyed.delete(name)
    })
  }

  /** Queues a message whose sender is willing to wait for this long. */
  #pushWithin(lane: Lane, payload: Payload, fixed: number, options: AskOptions, left: () => void): PendingReceipt {
    let stopWaiting = (): void => {}
    const queued = new QueuedMessage(payload, fixed, this.#session?.text, (queued) => {
      this.#left(queued)
      stopWaiting()
      left()
    })
    if (!this.#enters(queued)) {
      left()
      return queued.receipt
    }
    lane.push(queued)
    stopWaiting = deadline(this.#clock, waiting(options), (error) => {
      queued.receipt.fail(error)
      // One that has a number stays, and is sent: those behind it would be refused without it.
      if (lane.withdraw(queued)) queued.leave()
    })
    return queued.receipt
  }

  /** @returns whether there was room for it; its receipt says if not */
  #enters({ bytes, receipt }: QueuedMessage): boolean {
    if (this.#links.isClosed) {
      receipt.fail(closedError())
      return false
    }
    try {
      this.#window.enter(bytes)
    } catch (error) {
      receipt.fail(linkError(error))
      return false
    }
    return true
  }

  failAll(error: DarqError): void {
    for (const lanes of [this.#lanes, this.#keyed]) for (const lane of lanes.values()) lane.failAll(error)
  }
}
