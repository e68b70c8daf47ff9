/**
 * What wakes processors: logs with messages that were not delivered are looked at in turns, and a processor that has died is
 * made anew.
 *
 * @module
 */
import { DarqError } from '../error.ts'
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
      try {
        if (this.attached(darq)?.deliver()) this.soon(darq)
        else this.#retry_ms.delete(darq)
      } catch (error) {
        this.#died(darq, error)
      }
    }
    this.#turned()
  }

  /** A processor for a DARQ that is about to be made. @throws {DarqError} `unknown_address` when nobody lives there */
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

  /** The processor at a DARQ, attached if it was not. */
  attached(darq: AttachableDarq): Attachment | undefined {
    if (darq.attachment) return darq.attachment
    const processor = this.#fresh.get(darq) ?? this.#make?.(darq.name)
    this.#fresh.delete(darq)
    if (processor) darq.attach(processor)
    return darq.attachment
  }

  /** What it held in memory is gone with it; a new incarnation starts from the log, after a while. */
  #died(darq: AttachableDarq, error: unknown): void {
    const host = this.#host
    const reason =
      error instanceof DarqError
        ? error
        : new DarqError('closed', { cause: error, message: `the processor of ${darq.name} threw: ${error}` })
    host.report(reason, `processor of ${darq.name}`)
    darq.detach(reason)
    const wait_ms = this.#retry_ms.get(darq) ?? retry_ms_min
    this.#retry_ms.set(darq, Math.min(wait_ms * 2, retry_ms_max))
    host.clock.wake(host.clock.now_ms() + wait_ms, () => {
      if (host.delivers && !darq.attachment) this.soon(darq)
    })
  }
}
