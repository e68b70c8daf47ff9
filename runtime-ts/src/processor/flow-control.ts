/**
 * What one incarnation is to get, first its state and then its messages, no faster than it gives credit.
 *
 * @module
 */
import type { Attached, Delivered, LiveTimer, Lsn } from '../engine/types.ts'
import { DarqError } from '../error.ts'
import { Backlog, type Waiting } from './backlog.ts'
import {
  type DeliveredItem,
  type DeliveredMessages,
  type RecordItem,
  type Restored,
  type RestoreItem,
  type Window,
  weightOf,
} from './protocol-message.ts'

type ToRestore =
  | { readonly kind: 'checkpoint' | 'self'; readonly lsn: Lsn }
  | { readonly kind: 'timer'; timer: LiveTimer }

export interface FlowControlLimits {
  readonly window: Window
  /** A `delivered` message holds at most so much, or one message. */
  readonly batch: Window
}

export class FlowControl {
  readonly #limits: FlowControlLimits
  #toRestore: ToRestore[] = []
  #at = 0
  #isRestored = false
  readonly #backlog = new Backlog()
  /** The first that waits, when it was too much for the window or the batch. */
  #next: Waiting | undefined
  #sent: Window = { bytes: 0, messages: 0 }
  #credit: Window = { bytes: 0, messages: 0 }

  constructor(limits: FlowControlLimits) {
    this.#limits = limits
  }

  /** Whether the processor has been given all of its state. */
  get isRestored(): boolean {
    return this.#isRestored
  }
  /** Messages that wait for credit. */
  get waiting(): number {
    return this.#backlog.length + (this.#next ? 1 : 0)
  }
  /** Whether the processor has something that it has not given credit for. */
  get isOwed(): boolean {
    return this.#credit.messages < this.#sent.messages
  }

  /** Takes note of what is to be restored; its bytes are read when there is credit. */
  restore(
    checkpoint: Delivered<'restore'> | undefined,
    self: Iterable<Delivered<'restore'>>,
    timers: Iterable<LiveTimer>,
  ): void {
    if (checkpoint) this.#toRestore.push({ kind: 'checkpoint', lsn: checkpoint.lsn })
    for (const { lsn } of self) this.#toRestore.push({ kind: 'self', lsn })
    for (const timer of timers) this.#toRestore.push({ kind: 'timer', timer })
  }

  deliver<Turn>(messages: Iterable<Delivered<Turn>>): void {
    for (const { lsn, from, sequence } of messages) this.#backlog.push({ lsn, from, sequence })
  }

  /**
   * @param credit all that was dealt with so far
   * @throws {DarqError} `bad_frame` for credit that goes back, or for what was never sent
   */
  credited({ bytes, messages }: Window): void {
    const { bytes: bytes_min, messages: messages_min } = this.#credit
    const { bytes: bytes_max, messages: messages_max } = this.#sent
    if (bytes < bytes_min || messages < messages_min || bytes > bytes_max || messages > messages_max)
      throw new DarqError('bad_frame', {
        facts: {
          expected: `credit for ${messages_min} to ${messages_max} messages, ${bytes_min} to ${bytes_max} bytes`,
          got: `${messages} messages, ${bytes} bytes`,
        },
      })
    this.#credit = { bytes, messages }
  }

  /** @returns what may be sent now; undefined while there is nothing, or no credit */
  next(attached: Attached): Restored | DeliveredMessages | undefined {
    return this.#isRestored ? this.#delivery(attached) : this.#restoration(attached)
  }

  #restoration(attached: Attached): Restored | undefined {
    const items: RestoreItem[] = []
    let batch_bytes = 0
    for (; this.#at < this.#toRestore.length; this.#at += 1) {
      const next = this.#toRestore[this.#at]
      const item = next === undefined ? undefined : restoreItem(next, attached)
      if (item === undefined) continue
      if (!this.#admits(item) || (items.length > 0 && this.#isFull(items.length, batch_bytes, item))) break
      items.push(item)
      batch_bytes += weightOf(item.bytes)
      this.#spend(item)
    }
    this.#isRestored = this.#at === this.#toRestore.length
    if (this.#isRestored) this.#toRestore = []
    return items.length > 0 || this.#isRestored ? { type: 'restored', items, last: this.#isRestored } : undefined
  }

  #delivery(attached: Attached): DeliveredMessages | undefined {
    const messages: DeliveredItem[] = []
    let batch_bytes = 0
    for (let next = this.#read(attached); next !== undefined; next = this.#read(attached)) {
      if (!this.#admits(next) || (messages.length > 0 && this.#isFull(messages.length, batch_bytes, next))) break
      this.#next = undefined
      messages.push({ ...next.waiting, bytes: next.bytes })
      batch_bytes += weightOf(next.bytes)
      this.#spend(next)
    }
    return messages.length > 0 ? { type: 'delivered', messages } : undefined
  }

  /** What was consumed meanwhile is passed over, also if it was looked at before. */
  #read(attached: Attached): { waiting: Waiting; bytes: Uint8Array } | undefined {
    for (;;) {
      const waiting = this.#next ?? this.#backlog.shift()
      if (waiting === undefined) return undefined
      const bytes = attached.read(waiting.lsn)
      this.#next = bytes && waiting
      if (bytes !== undefined) return { waiting, bytes }
    }
  }

  /** An item larger than the whole window goes alone. */
  #admits({ bytes }: { readonly bytes: Uint8Array }): boolean {
    const { window } = this.#limits
    const messages = this.#sent.messages - this.#credit.messages
    if (messages === 0) return true
    return messages < window.messages && this.#sent.bytes - this.#credit.bytes + weightOf(bytes) <= window.bytes
  }

  #isFull(messages: number, batch_bytes: number, { bytes }: { readonly bytes: Uint8Array }): boolean {
    const { batch } = this.#limits
    return messages >= batch.messages || batch_bytes + weightOf(bytes) > batch.bytes
  }

  #spend({ bytes }: { readonly bytes: Uint8Array }): void {
    this.#sent = { bytes: this.#sent.bytes + weightOf(bytes), messages: this.#sent.messages + 1 }
  }
}

/** @returns undefined for what is gone: a timer that has fired */
function restoreItem(next: ToRestore, attached: Attached): RestoreItem | undefined {
  if (next.kind === 'timer') {
    const { lsn, to, due_ms, bytes } = next.timer
    return attached.read(lsn) === undefined ? undefined : { kind: 'timer', lsn, to, due_ms, bytes }
  }
  const bytes = attached.read(next.lsn)
  const item: RecordItem | undefined = bytes && { lsn: next.lsn, bytes }
  return item && { kind: next.kind, ...item }
}
