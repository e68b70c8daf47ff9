/**
 * Runs a processor that is written for anywhere beside its DARQ: no frames, and answers at once.
 *
 * @module
 */
import { platformClock } from '../clock.ts'
import type { Attached, Clock, Darq, Delivered, Incarnation, LiveTimer, NonEmpty, Processor } from '../engine/types.ts'
import { asError, DarqError } from '../error.ts'
import { ArrivedMessage, ArrivedState, type Reading } from './arrived.ts'
import { FlowControl } from './flow-control.ts'
import { HandOver } from './hand-over.ts'
import { type DeliveredItem, type StepMessage, type Window, weightOf } from './protocol-message.ts'
import type { MakeProcessor, RemoteAttached, RemoteProcessor, RemoteReceipt, RemoteStepRecord } from './remote-types.ts'
import type { Served } from './session-server.ts'
import { StepsUnderWay } from './steps-under-way.ts'
import { TakenSteps } from './taken-steps.ts'

export interface ColocatedOptions {
  readonly clock?: Clock
  /** What the processor may have before it has dealt with it. Default 1 MiB and 4,096 messages. */
  readonly window?: Window
  /** Before a processor that has failed is made anew; doubles. Defaults 100 ms and 10 s. */
  readonly retry_ms?: number
  readonly retry_ms_max?: number
  /** A processor that has failed. */
  readonly onError?: (error: DarqError) => void
}

/** Attaches a processor to a DARQ of this thread. One that fails is made anew after a while; one that is fenced is not. */
export function attachColocated(darq: Darq, make: MakeProcessor, options: ColocatedOptions = {}): Served {
  const { clock = platformClock(), retry_ms = 100, retry_ms_max = 10_000, onError } = options
  const { promise: ended, resolve: end } = Promise.withResolvers<DarqError | undefined>()
  let wait_ms = retry_ms
  let takeBack = () => {}
  let current: Colocated | undefined

  function begin(): void {
    current = new Colocated(darq, make, options, (reason, failed) => {
      if (!failed) return end(reason)
      if (reason) onError?.(reason)
      takeBack = clock.wake(clock.now_ms() + wait_ms, begin)
      wait_ms = Math.min(wait_ms * 2, retry_ms_max)
    })
    try {
      darq.attach(current)
    } catch (error) {
      end(asError(error, 'handler_failed', { where: `the processor of ${darq.name} threw`, retryable: true }))
    }
  }

  begin()
  return {
    ended,
    close() {
      takeBack()
      current?.detach()
      end(undefined)
    },
  }
}

const unlimited = { steps_max: Number.POSITIVE_INFINITY, steps_bytes_max: Number.POSITIVE_INFINITY }

class Colocated implements Processor, RemoteAttached {
  readonly name: string
  readonly #darq: Darq
  readonly #make: MakeProcessor
  readonly #ended: (reason: DarqError | undefined, failed: boolean) => void
  readonly #flow: FlowControl
  readonly #steps: StepsUnderWay
  readonly #taken = new TakenSteps()
  readonly #handOver = new HandOver((error) => this.#fail(error))
  #attached: Attached | undefined
  #processor: RemoteProcessor | undefined
  #failure: DarqError | undefined
  /** A step is answered when it is known to be under way. */
  readonly #unanswered: StepMessage[] = []
  #hasLeft = false
  #isOver = false
  #unwatch = () => {}
  #dealt = { bytes: 0, messages: 0 }
  #isSendingMore = false

  constructor(
    darq: Darq,
    make: MakeProcessor,
    { window = { bytes: 1024 * 1024, messages: 4_096 } }: ColocatedOptions,
    ended: (reason: DarqError | undefined, failed: boolean) => void,
  ) {
    this.name = darq.name
    this.#darq = darq
    this.#make = make
    this.#ended = ended
    this.#flow = new FlowControl({ window, batch: { bytes: 65_536, messages: 256 } })
    this.#steps = new StepsUnderWay(darq.grades, unlimited, (message) => void this.#unanswered.push(message))
  }

  get incarnation(): Incarnation {
    if (this.#attached === undefined) throw new DarqError('closed')
    return this.#attached.incarnation
  }
  get unanswered(): number {
    return this.#steps.unanswered
  }
  answered(): Promise<void> {
    return this.#steps.answered()
  }

  step(record: RemoteStepRecord): RemoteReceipt {
    const receipt = this.#steps.step(record)
    for (const message of this.#unanswered.splice(0)) {
      const answer = this.#attached && this.#taken.take(message, this.#attached)
      if (answer) this.#steps.answer(answer)
      this.#taken.answered(message.step, message.step)
      this.#taken.forget(message.step)
    }
    return receipt
  }

  detach(): void {
    this.#hasLeft = true
    this.#attached?.detach()
  }

  restore(
    checkpoint: Delivered<'restore'> | undefined,
    self: Iterable<Delivered<'restore'>>,
    timers: Iterable<LiveTimer>,
    attached: Attached,
  ): void {
    this.#attached = attached
    this.#unwatch = this.#darq.watch((grades) => this.#steps.grade(grades))
    this.#flow.restore(checkpoint, self, timers)
    try {
      this.#processor = this.#make(this)
    } catch (error) {
      this.#fail(error)
      return
    }
    this.#sendMore()
  }

  deliver<Turn>(messages: NonEmpty<Delivered<Turn>>): void {
    this.#flow.deliver(messages)
    this.#sendMore()
  }

  detached(reason: DarqError): void {
    const failure = this.#failure
    this.#isOver = true
    this.#unwatch()
    this.#handOver.stop()
    this.#steps.end(failure ?? reason)
    this.#processor?.detached(failure ?? reason)
    this.#ended(this.#hasLeft ? undefined : (failure ?? reason), failure !== undefined)
  }

  #fail(error: unknown): void {
    this.#failure = asError(error, 'handler_failed', { where: `the processor of ${this.name} threw`, retryable: true })
    this.#attached?.detach()
  }

  /** Gives the processor the next batch when it has dealt with the one before: what waits, waits in the log. */
  #sendMore(): void {
    if (this.#isSendingMore) return
    this.#isSendingMore = true
    const state = new ArrivedState(this.name, () => this.#darq.grades)
    while (this.#handOver.isIdle && !this.#isOver) {
      const message = this.#attached && this.#processor && this.#flow.next(this.#attached)
      if (message === undefined) break
      if (message.type === 'delivered') {
        this.#handDelivered(message.messages)
        continue
      }
      for (const item of message.items) state.add(item)
      this.#credit(message.items)
      if (message.last) this.#handState(state)
    }
    this.#isSendingMore = false
  }

  #handState({ checkpoint, self, timers, reading }: ArrivedState): void {
    this.#handOver.push({
      run: () => this.#processor?.restore(checkpoint, self, timers, this),
      done: () => {
        reading.isOver = true
        this.#sendMore()
      },
    })
  }

  #handDelivered(items: readonly DeliveredItem[]): void {
    const reading: Reading = { isOver: false }
    const grades = () => this.#darq.grades
    const [first, ...rest] = items.map((item) => new ArrivedMessage<'delivered'>(item, grades, reading))
    if (first === undefined) return
    this.#handOver.push({
      run: () => this.#processor?.deliver([first, ...rest], this),
      done: () => {
        reading.isOver = true
        this.#credit(items)
        this.#sendMore()
      },
    })
  }

  #credit(items: readonly { readonly bytes: Uint8Array }[]): void {
    this.#dealt.messages += items.length
    for (const { bytes } of items) this.#dealt.bytes += weightOf(bytes)
    this.#flow.credited(this.#dealt)
  }
}
