/**
 * The processor's side of one incarnation.
 *
 * @module
 */
import type { Incarnation } from '../engine/types.ts'
import { asError, DarqError, fromFacts, toFacts } from '../error.ts'
import { ArrivedMessage, ArrivedState, type Reading } from './arrived.ts'
import type { Frame } from './frame.ts'
import { FrameStream, type FrameStreamLimits } from './frame-stream.ts'
import { HandOver } from './hand-over.ts'
import {
  type DeliveredMessages,
  type ProtocolMessage,
  type Restored,
  type Welcome,
  weightOf,
} from './protocol-message.ts'
import type { MakeProcessor, RemoteAttached, RemoteProcessor, RemoteReceipt, RemoteStepRecord } from './remote-types.ts'
import { type StepLimits, StepsUnderWay } from './steps-under-way.ts'
import type { Stream } from './stream.ts'

export class RemoteSession implements RemoteAttached {
  readonly id: string
  readonly name: string
  readonly incarnation: Incarnation
  readonly #frames: FrameStream
  readonly #steps: StepsUnderWay
  readonly #processor: RemoteProcessor
  readonly #handOver: HandOver
  #state: ArrivedState | undefined
  #dealt = { bytes: 0, messages: 0 }
  #over: DarqError | undefined
  /** The processor wants no other incarnation. */
  hasLeft = false
  /** The processor has thrown: whatever it was, another may do better. */
  hasFailed = false

  /** @param again whether it can go on over another stream */
  constructor(
    welcome: Welcome,
    stream: Stream,
    make: MakeProcessor,
    limits: FrameStreamLimits & StepLimits,
    again: boolean,
  ) {
    const { session, darq, incarnation, durable, committed } = welcome
    this.id = session
    this.name = darq
    this.incarnation = incarnation
    this.#frames = new FrameStream(limits, again)
    this.#frames.open(stream)
    this.#steps = new StepsUnderWay({ durable, committed }, limits, (message) => void this.#frames.send(message))
    this.#state = new ArrivedState(darq, () => this.#steps.marks)
    this.#handOver = new HandOver((error) => this.#failed(error))
    this.#processor = make(this)
  }

  get over(): DarqError | undefined {
    return this.#over
  }
  get heard(): number {
    return this.#frames.heard
  }
  get unanswered(): number {
    return this.#steps.unanswered
  }

  answered(): Promise<void> {
    return this.#steps.answered()
  }

  step(record: RemoteStepRecord): RemoteReceipt {
    return this.#steps.step(record)
  }

  detach(): void {
    if (this.#over) return
    this.hasLeft = true
    this.#leave(undefined)
  }

  /** What it holds in memory is not to be trusted: another incarnation begins from the log. */
  #failed(error: unknown): void {
    const reason = asError(error, 'handler_failed', { where: `the processor of ${this.name} threw`, retryable: true })
    this.hasFailed = true
    this.#leave(reason)
    this.end(reason)
  }

  #leave(error: DarqError | undefined): void {
    if (this.#over === undefined) this.#frames.send({ type: 'leave', error: error && toFacts(error) })
  }

  /** The stream has ended; there may be another. */
  shut(): void {
    this.#frames.shut()
  }

  /** Goes on over another stream. @param heard what the host has heard */
  resume(stream: Stream, heard: number): void {
    this.#frames.open(stream)
    this.#frames.repeat(heard)
  }

  beat(): void {
    if (this.#frames.isOpen) this.#frames.sendUnnumbered({ type: 'beat' })
  }

  /** The incarnation is over. */
  end(reason: DarqError): void {
    if (this.#over) return
    this.#over = reason
    this.#handOver.stop()
    this.#steps.end(reason)
    this.#processor.detached(reason)
  }

  /** @throws {DarqError} `bad_frame`: the host makes no sense */
  receive(frame: Frame): void {
    const message = this.#frames.receive(frame)
    if (message !== undefined && this.#over === undefined) this.#take(message)
    if (this.#frames.isOpen) this.#frames.acknowledge()
  }

  #take(message: ProtocolMessage): void {
    switch (message.type) {
      case 'restored':
        this.#restore(message)
        return
      case 'delivered':
        this.#deliver(message)
        return
      case 'accepted':
      case 'rejected':
        this.#steps.answer(message)
        return
      case 'grades':
        this.#steps.grade(message)
        return
      case 'detached':
        this.end(fromFacts(message.error))
        return
      case 'beat':
        return
      default:
        throw unexpected(message.type)
    }
  }

  #restore({ items, last }: Restored): void {
    const state = this.#state
    if (state === undefined) throw unexpected('restored')
    for (const item of items) state.add(item)
    // All of it must be here before the processor sees any: it is not for the processor to give credit for it.
    this.#credit(items)
    if (!last) return
    this.#state = undefined
    const { checkpoint, self, timers, reading } = state
    this.#handOver.push({
      run: () => this.#processor.restore(checkpoint, self, timers, this),
      done: () => {
        reading.isOver = true
      },
    })
  }

  #deliver({ messages: items }: DeliveredMessages): void {
    if (this.#state !== undefined) throw unexpected('delivered')
    const reading: Reading = { isOver: false }
    const marks = () => this.#steps.marks
    const [first, ...rest] = items.map((item) => new ArrivedMessage<'delivered'>(item, marks, reading))
    if (first === undefined) return
    this.#handOver.push({
      run: () => this.#processor.deliver([first, ...rest], this),
      done: () => {
        reading.isOver = true
        this.#credit(items)
      },
    })
  }

  #credit(items: readonly { readonly bytes: Uint8Array }[]): void {
    if (items.length === 0 || this.#over) return
    this.#dealt.messages += items.length
    for (const { bytes } of items) this.#dealt.bytes += weightOf(bytes)
    this.#frames.send({ type: 'credit', ...this.#dealt })
  }
}

const unexpected = (got: ProtocolMessage['type']): DarqError =>
  new DarqError('bad_frame', { facts: { expected: 'a message that a host may send now', got } })
