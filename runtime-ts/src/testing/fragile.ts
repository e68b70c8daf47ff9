/**
 * Participants whose handlers fail: before they did anything, or after they did everything. While one runs, what no step may
 * ask is out of reach.
 *
 * @module
 */

import type { Participant } from '../crest/define/definition.ts'
import { Definition, definitionOf, type MessageDefinition } from '../crest/define/definition.ts'
import { outOfReach } from './out-of-reach.ts'

export class InjectedFault extends Error {}

/** @param misused is told of what a handler has asked that it may not */
export function fragile(
  participant: Participant,
  fault: () => 'before' | 'after' | undefined,
  misused: (what: string) => void,
): Participant {
  const definition = definitionOf(participant)
  const around =
    <A extends unknown[], R>(run: (...given: A) => R) =>
    (...given: A): R => {
      const when = fault()
      if (when === 'before') throw new InjectedFault('injected before the handler ran')
      const result = outOfReach(() => run(...given), misused)
      if (when === 'after') throw new InjectedFault('injected after the handler ran')
      return result
    }
  const messages = new Map<string, MessageDefinition>()
  for (const [name, message] of definition.messages)
    if (message.kind === 'query' || definition.effect) messages.set(name, message)
    else if (message.kind === 'batch')
      messages.set(name, { ...message, batch: { ...message.batch, run: around(message.batch.run) } })
    else messages.set(name, { ...message, run: around(message.run) })
  const { attempts_max, backoff_ms, backoff_max_ms } = definition.retry
  return new Definition(
    definition.name,
    messages,
    definition.cells,
    { attempts_max, backoff: `${backoff_ms} ms`, backoff_max: `${backoff_max_ms} ms` },
    definition,
  )
}
