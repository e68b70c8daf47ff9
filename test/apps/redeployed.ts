/**
 * A participant whose code is replaced while it is at work: what a new deployment does. Each step runs the code of its time.
 *
 * @module
 */
import type { Participant } from '@darq/runtime'
import { Definition, definitionOf, type MessageDefinition } from '../../runtime-ts/src/crest/define/definition.ts'
import { everyPart } from '../../runtime-ts/src/crest/define/participant.ts'

/**
 * @param versions made of the same addresses, messages and state
 * @param now the index of the one that counts
 */
export function redeployed(versions: readonly Participant[], now: () => number): readonly Participant[] {
  const parts = versions.map((version) => everyPart([version]).map(definitionOf))
  return (parts[0] ?? []).map((first) => {
    const same = parts.map((all) => all.find(({ name }) => name === first.name) ?? first)
    const messages = new Map<string, MessageDefinition>()
    for (const [word, message] of first.messages) {
      const current = (): MessageDefinition => same[now()]?.messages.get(word) ?? message
      messages.set(word, dispatched(message, current))
    }
    const { attempts_max, backoff_ms, backoff_max_ms } = first.retry
    const retry = { attempts_max, backoff: `${backoff_ms} ms`, backoff_max: `${backoff_max_ms} ms` } as const
    return new Definition(first.name, messages, first.cells, retry, first)
  })
}

function dispatched(message: MessageDefinition, current: () => MessageDefinition): MessageDefinition {
  if (message.kind === 'batch') {
    const run = (step: unknown, bodies: readonly unknown[]): unknown => {
      const now = current()
      return now.kind === 'batch' ? now.batch.run(step, bodies) : undefined
    }
    return { ...message, batch: { ...message.batch, run } }
  }
  return {
    ...message,
    run: (step: unknown, body: unknown, note?: unknown) => {
      const now = current()
      return now.kind === 'batch' ? undefined : now.run(step, body, note)
    },
  }
}
