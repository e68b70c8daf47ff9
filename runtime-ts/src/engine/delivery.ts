/**
 * What wakes processors: logs with messages that were not delivered are looked at in turns, and a processor that has died is
 * made anew.
 *
 * @module
 */
import { asError, DarqError } from '../error.ts'
import type { Attachment } from './deliver.ts'
import type { Clock, Processor } from './types.ts'

const retry_ms_min = 100
const retry_ms_max = 10_000

interface DeliveringHost {
  readonly clock: Clock
  /** Messages are delivered, and steps made. */
  readonly delivers: boolean
  report(error: DarqError, where: string): void
}

/** What a processor has died of. */
interface Death {
  readonly reason: DarqError
  /** It could not be restored: there is none whose state could be asked for. */
  readonly inRestore: boolean
}

interface AttachableDarq {
  readonly name: string
  readonly attachment: Attachment | undefined
  attach(processor: Processor): void
  detach(reason: DarqError): void
}

export class Delivery {
  readonly #host: DeliveringHost
  readonly #make: ((darq: string) => Processor | undefined) | undefined
  /** Everything that could be delivered was. */
  readonly #turned: () => void
  /** Processors that were asked for when a name was first heard, and wait for the first delivery. */
  readonly #fresh = new Map<AttachableDarq, Processor>()
  readonly #retry_ms = new Map<AttachableDarq, number>()
  /** Those whose processor has died, until it is made anew: nothing that comes meanwhile may shorten the pause. */
  readonly #dead = new Map<AttachableDarq, Death>()
  #ready = new Set<AttachableDarq>()
  #scheduled = false

  constructor(host: DeliveringHost, make: ((darq: string) => Processor | undefined) | undefined, turned: () => void) {
    this.#host = host
    this.#make = make
    this.#turned = turned
  }

  soon(darq: AttachableDarq): void {
    this.#ready.add(darq)
    if (this.#scheduled) return
    this.#scheduled = true
    this.#host.clock.soon(() => this.#turn())
  }

  /** There will be another turn soon. */
  get isDue(): boolean {
    return this.#scheduled
  }

  #turn(): void {
    this.#scheduled = false
    const ready = this.#ready
    this.#ready = new Set()
    for (const darq of ready) {
      if (!this.#host.delivers) return
      // Whoever is dead, or dies when it is attached, gets nothing until the pause is over.
      if (!this.#dead.has(darq)) this.#deliver(darq)
    }
    this.#turned()
  }

  #deliver(darq: AttachableDarq): void {
    try {
      if (this.attached(darq)?.deliver()) this.soon(darq)
      else this.#retry_ms.delete(darq)
    } catch (thrown) {
      if (!this.#dead.has(darq)) this.#died(darq, thrown, false)
    }
  }

  /** A processor for a DARQ that is about to be made. @throws {DarqError} `unknown_address` when no participant has that name */
  expect(name: string): Processor | undefined {
    const processor = this.#make?.(name)
    if (this.#make && !processor)
      throw new DarqError('unknown_address', { facts: { expected: 'a DARQ that lives on this host', got: name } })
    return processor
  }

  /** It waits for the first delivery to a DARQ that was just made. */
  keep(darq: AttachableDarq, processor: Processor): void {
    this.#fresh.set(darq, processor)
  }

  /**
   * The processor at a DARQ, attached if it was not, and none while it waits to be made anew.
   *
   * @throws {DarqError} why it could not be restored
   */
  attached(darq: AttachableDarq): Attachment | undefined {
    if (darq.attachment) return darq.attachment
    const death = this.#dead.get(darq)
    if (death?.inRestore) throw death.reason
    if (death !== undefined) return undefined
    const processor = this.#fresh.get(darq) ?? this.#make?.(darq.name)
    this.#fresh.delete(darq)
    if (processor === undefined) return undefined
    try {
      darq.attach(processor)
    } catch (thrown) {
      throw this.#died(darq, thrown, true)
    }
    return darq.attachment
  }

  /** What it held in memory is gone with it; a new incarnation starts from the log, after a while. */
  #died(darq: AttachableDarq, thrown: unknown, inRestore: boolean): DarqError {
    const host = this.#host
    const reason = asError(thrown, 'handler_failed', { where: `the processor of ${darq.name} threw`, retryable: true })
    this.#dead.set(darq, { reason, inRestore })
    host.report(reason, `processor of ${darq.name}`)
    darq.detach(reason)
    const wait_ms = this.#retry_ms.get(darq) ?? retry_ms_min
    this.#retry_ms.set(darq, Math.min(wait_ms * 2, retry_ms_max))
    host.clock.wake(host.clock.now_ms() + wait_ms, () => {
      this.#dead.delete(darq)
      if (host.delivers && !darq.attachment) this.soon(darq)
    })
    return reason
  }
}
