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

interface Kept {
  readonly message: InboxMessage
  /** Its place among all that had to wait. */
  readonly came: number
}

const messages_max = 1_000

export class Inbox<Receiver> {
  readonly #messages = new Map<string, Kept[]>()
  #came = 0
  readonly #receivers = new Map<string, Receiver[]>()

  /** Whether another message of this name can wait. */
  hasRoom(name: string): boolean {
    return (this.#messages.get(name)?.length ?? 0) < messages_max
  }

  /**
   * @param mayTake whether a receiver still wants one
   * @returns who has it; `undefined`: it waits
   */
  put(name: string, message: InboxMessage, mayTake: (receiver: Receiver) => boolean): Receiver | undefined {
    const receiver = this.#receivers.get(name)?.find(mayTake)
    if (receiver === undefined) {
      this.#came += 1
      push(this.#messages, name, { message, came: this.#came })
    }
    return receiver
  }

  /** The first that came of one of these names. */
  take(names: readonly string[]): { readonly name: string; readonly message: InboxMessage } | undefined {
    let first: { readonly name: string; readonly kept: Kept } | undefined
    for (const name of names) {
      const kept = this.#messages.get(name)?.[0]
      if (kept !== undefined && (first === undefined || kept.came < first.kept.came)) first = { name, kept }
    }
    if (first === undefined) return undefined
    this.#messages.get(first.name)?.shift()
    return { name: first.name, message: first.kept.message }
  }

  wait(names: readonly string[], receiver: Receiver): void {
    for (const name of names) push(this.#receivers, name, receiver)
  }

  leave(names: readonly string[], receiver: Receiver): void {
    for (const name of names) {
      const others = (this.#receivers.get(name) ?? []).filter((other) => other !== receiver)
      this.#receivers.set(name, others)
    }
  }

  leaveAll(): void {
    this.#receivers.clear()
  }

  /** What waits, as it came. */
  get unreceived(): readonly Event[] {
    const events: Event[] = []
    for (const [name, messages] of this.#messages)
      for (const { message } of messages) events.push(['message', name, message.body, message.version])
    return events
  }
}

function push<T>(lists: Map<string, T[]>, name: string, item: T): void {
  const list = lists.get(name)
  if (list === undefined) lists.set(name, [item])
  else list.push(item)
}
