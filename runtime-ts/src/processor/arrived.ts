/**
 * Messages and state as they came in a protocol message: their bytes are a part of its bytes.
 *
 * @module
 */
import type { Delivered, Grade, Grades, LiveTimer, Lsn } from '../engine/types.ts'
import { DarqError } from '../error.ts'
import type { DeliveredItem, RestoreItem } from './protocol-message.ts'

/** How far the DARQ's log has come, as it is known here. */
export type Marks = Pick<Grades, 'durable' | 'committed'>

/** When a message may be read. */
export interface Reading {
  isOver: boolean
}

export class ArrivedMessage<Turn> implements Delivered<Turn> {
  declare readonly turn?: Turn
  readonly lsn: Lsn
  readonly from: string
  readonly sequence: number
  readonly #bytes: Uint8Array
  readonly #marks: () => Marks
  readonly #reading: Reading

  constructor({ lsn, from, sequence, bytes }: DeliveredItem, marks: () => Marks, reading: Reading) {
    this.lsn = lsn
    this.from = from
    this.sequence = sequence
    this.#bytes = bytes
    this.#marks = marks
    this.#reading = reading
  }

  get grade(): Grade {
    const { durable, committed } = this.#marks()
    return this.lsn < committed ? 'committed' : this.lsn < durable ? 'durable' : 'accepted'
  }

  // A message that was kept would keep its whole frame in memory; and code for level 0 must not come to rely on it.
  #read(): Uint8Array {
    if (!this.#reading.isOver) return this.#bytes
    throw new DarqError('step_closed', {
      facts: { expected: 'a message that is read while it is delivered', got: 'a later read: keep its LSN, or a copy' },
    })
  }

  read<T>(decode: (bytes: Uint8Array) => T): T {
    return decode(this.#read())
  }

  copy(): Uint8Array {
    return this.#read().slice()
  }
}

/** All of a state, message by message. */
export class ArrivedState {
  readonly reading: Reading = { isOver: false }
  checkpoint: Delivered<'restore'> | undefined
  readonly self: Delivered<'restore'>[] = []
  readonly timers: LiveTimer[] = []
  readonly #darq: string
  readonly #marks: () => Marks

  constructor(darq: string, marks: () => Marks) {
    this.#darq = darq
    this.#marks = marks
  }

  add(item: RestoreItem): void {
    const { lsn, bytes } = item
    if (item.kind === 'timer') {
      this.timers.push({ lsn, bytes, to: item.to, due_ms: item.due_ms })
      return
    }
    const message = new ArrivedMessage<'restore'>(
      { lsn, bytes, from: this.#darq, sequence: 0 },
      this.#marks,
      this.reading,
    )
    if (item.kind === 'self') this.self.push(message)
    else this.checkpoint = message
  }
}
