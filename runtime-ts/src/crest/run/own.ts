/**
 * `step.own`: makes a participant's private messages.
 *
 * @module
 */
import { content, type Kind, type Message } from '../define/address.ts'
import type { Definition } from '../define/definition.ts'
import { reply, type Then } from '../define/step.ts'

type Maker = (given?: unknown) => Message<Kind> | Then<never>

/** @param to the participant's own DARQ */
export function ownMessages({ messages }: Definition, to: string): Readonly<Record<string, Maker>> {
  const makers: [string, Maker][] = []
  for (const [name, message] of messages) {
    if (!message.own) continue
    if (message.kind === 'answer') makers.push([name, (note) => ({ [reply]: { own: name, note } })])
    else {
      const { input } = message
      makers.push([
        name,
        (body) => ({ to, name, [content]: { kind: 'send', body, input, output: undefined, own: true, many: false } }),
      ])
    }
  }
  return Object.fromEntries(makers)
}
