/**
 * Messages from outside, and who waits for them, by name: the first that came goes to the first that asked.
 *
 * @module
 */
import type { Plain } from '../error.ts'
import type { Event } from './journal.ts'

/** A message that nobody has received yet. */
export interface InboxMessage {
  /** As it came, and the version in which it was written. */
  readonly body: Plain
  readonly version: number
  /** As its schema has let it in. */
  readonly value: unknown
}

const messages_max = 1_000

export class Inbox<Receiver> {
  readonly #messages = new Map<string, InboxMessage[]>()
  readonly #receivers = new Map<string, Receiver[]>()

  /** Whether another message of this name can wait. */
  hasRoom(name: string): boolean {
    return (this.#messages.get(name)?.length ?? 0) < messages_max
  }

  /** @returns who has it; `undefined`: it waits */
  put(name: string, message: InboxMessage): Receiver | undefined {
    const receiver = this.#receivers.get(name)?.shift()
    if (receiver === undefined) push(this.#messages, name, message)
    return receiver
  }

  take(name: string): InboxMessage | undefined {
    return this.#messages.get(name)?.shift()
  }

  wait(name: string, receiver: Receiver): void {
    push(this.#receivers, name, receiver)
  }

  leave(name: string, receiver: Receiver): void {
    const others = (this.#receivers.get(name) ?? []).filter((other) => other !== receiver)
    this.#receivers.set(name, others)
  }

  leaveAll(): void {
    this.#receivers.clear()
  }

  /** What waits, as it came. */
  get unreceived(): readonly Event[] {
    const events: Event[] = []
    for (const [name, messages] of this.#messages)
      for (const { body, version } of messages) events.push(['message', name, body, version])
    return events
  }
}

function push<T>(lists: Map<string, T[]>, name: string, item: T): void {
  const list = lists.get(name)
  if (list === undefined) lists.set(name, [item])
  else list.push(item)
}
