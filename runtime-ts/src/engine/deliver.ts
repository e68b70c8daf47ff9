/**
 * Second on a message's path: arrive → **deliver** → step → commit → send.
 *
 * A processor that attaches gets a new incarnation. It is restored from the checkpoint and the unconsumed self-messages, then
 * gets each waiting message once, in order, without waiting for durability.
 *
 * @module
 */
import { Kind, type Lsn } from '@darq/core'
import { DarqError } from '../error.ts'
import { channelId, type HostId } from './host-id.ts'
import { addressed, dueOf, payload, readWhole } from './records.ts'
import { type SteppingDarq, step } from './step.ts'
import type {
  Attached,
  Delivered,
  Grade,
  Grades,
  Incarnation,
  LiveTimer,
  NonEmpty,
  Processor,
  StepReceipt,
  StepRecord,
} from './types.ts'

const messages_per_turn_max = 256
const decoder = new TextDecoder()

/** What a processor's attachment needs of its DARQ. */
export interface DeliveringDarq extends SteppingDarq {
  readonly host: SteppingDarq['host'] & { readonly id: HostId }
  readonly grades: Grades
  /** The present one. */
  readonly attachment: Attachment | undefined
  /** What is due for the present incarnation. */
  readonly hasDue: boolean
  takeDue(count_max: number): Lsn[]
  /** All pending items of one kind, in order. */
  pendingOf(kind: number): Lsn[]
  detach(reason: DarqError): void
}

/** Where a delivered message may be read: during one call of the processor. */
interface Turn {
  over: boolean
}

class DeliveredMessage implements Delivered<never> {
  readonly lsn: Lsn
  readonly #darq: DeliveringDarq
  readonly #turn: Turn

  constructor(lsn: Lsn, darq: DeliveringDarq, turn: Turn) {
    this.lsn = lsn
    this.#darq = darq
    this.#turn = turn
  }

  /** Word index of the in record that holds the message; undefined for self-messages. */
  #record(): number | undefined {
    const { core } = this.#darq
    const word = core.at(this.lsn) >>> 2
    const head = core.words[word + 1] ?? 0
    return (head & 255) === Kind.message ? word - (head >>> 8) * 2 : undefined
  }

  get from(): string {
    const record = this.#record()
    if (record === undefined) return channelId(this.#darq.host.id, this.#darq.name)
    const { words, bytes } = this.#darq.core
    const at = record * 4 + 40
    return decoder.decode(bytes.subarray(at, at + ((words[record + 1] ?? 0) >>> 16)))
  }

  get sequence(): number {
    const record = this.#record()
    if (record === undefined) return 0
    const { core } = this.#darq
    const first = readWhole(core.words, record + 2)
    if (first === 0) return 0
    let index = 0
    const id_bytes = ((core.words[record + 1] ?? 0) >>> 16) + 7
    const target = core.at(this.lsn) >>> 2
    for (let word = record + 10 + (id_bytes >>> 3) * 2; word < target; index += 1)
      word += (((core.words[word] ?? 0) + 7) >>> 3) * 2
    return first + index
  }

  get grade(): Grade {
    const { committed, durable } = this.#darq.grades
    return this.lsn < committed ? 'committed' : this.lsn < durable ? 'durable' : 'accepted'
  }

  #payload(): Uint8Array {
    if (this.#turn.over)
      throw new DarqError('step_closed', {
        facts: {
          expected: 'a message that is read while it is delivered',
          got: 'a later read: keep its LSN, or a copy',
        },
      })
    return payload(this.#darq.core, this.lsn)
  }

  read<T>(decode: (bytes: Uint8Array) => T): T {
    return decode(this.#payload())
  }

  copy(): Uint8Array {
    return this.#payload().slice()
  }
}

/** One incarnation of a processor at its DARQ. */
export class Attachment implements Attached {
  readonly incarnation: Incarnation
  readonly processor: Processor
  readonly #darq: DeliveringDarq
  /** Everything before was delivered to this incarnation. */
  #cursor: Lsn

  constructor(darq: DeliveringDarq, processor: Processor, incarnation: Incarnation) {
    this.#darq = darq
    this.processor = processor
    this.incarnation = incarnation
    this.#cursor = darq.core.start
  }

  get name(): string {
    return this.#darq.name
  }
  get log_bytes(): number {
    return this.#darq.log_bytes
  }
  get log_bytes_max(): number {
    return this.#darq.core.limits.log_bytes_max
  }
  get log_start(): Lsn {
    return this.#darq.core.start
  }
  get committed(): Promise<void> {
    return this.#darq.host.versions.whenCommitted(this.#darq.newest)
  }

  #assertCurrent(): void {
    const current = this.#darq.attachment
    if (current === this) return
    throw new DarqError('fenced', {
      retryable: false,
      facts: {
        expected: current ? `incarnation ${current.incarnation}` : 'an attached processor',
        got: this.incarnation,
      },
    })
  }

  step(record: StepRecord): StepReceipt {
    this.#assertCurrent()
    return step(this.#darq, record)
  }

  read(lsn: Lsn): Uint8Array | undefined {
    this.#assertCurrent()
    return this.#darq.core.isPending(lsn) ? payload(this.#darq.core, lsn).slice() : undefined
  }

  detach(): void {
    if (this.#darq.attachment === this)
      this.#darq.detach(new DarqError('closed', { message: 'the processor was detached' }))
  }

  restore(): void {
    const darq = this.#darq
    const { core } = darq
    const { checkpoint } = core
    const turn: Turn = { over: false }
    const self = darq.pendingOf(Kind.self).map((lsn) => new DeliveredMessage(lsn, darq, turn))
    const timers = darq.pendingOf(Kind.timer).map((lsn): LiveTimer => {
      const { to, bytes } = addressed(core, lsn)
      return { lsn, to, due_ms: dueOf(core, lsn), bytes: bytes.slice() }
    })
    try {
      this.processor.restore(
        checkpoint === 0 ? undefined : new DeliveredMessage(checkpoint, darq, turn),
        self,
        timers,
        this,
      )
    } finally {
      turn.over = true
    }
  }

  /** Delivers what waits, one turn of it. @returns whether more may wait; what comes meanwhile asks for itself */
  deliver(): boolean {
    const darq = this.#darq
    const { core } = darq
    const turn: Turn = { over: false }
    const lsns = darq.takeDue(messages_per_turn_max)
    const room = messages_per_turn_max - lsns.length
    const found = room === 0 ? 0 : core.pending(this.#cursor, 1 << Kind.message)
    const count = Math.min(found, room)
    for (let i = 0; i < count; i += 1) lsns.push((core.lsns[i] ?? 0) as Lsn)
    if (room > 0) this.#cursor = count < room ? core.end : (((core.lsns[count - 1] ?? 0) + 8) as Lsn)
    const isFull = count === room
    if (lsns.length === 0) return darq.hasDue
    const messages = lsns.map((lsn): Delivered<never> => new DeliveredMessage(lsn, darq, turn))
    try {
      this.processor.deliver(messages as unknown as NonEmpty<Delivered<never>>, this)
    } finally {
      turn.over = true
    }
    return isFull || darq.hasDue
  }
}
