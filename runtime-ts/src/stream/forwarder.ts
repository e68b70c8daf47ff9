/**
 * The way from a source at another address: what comes there goes on to the stream's participant.
 *
 * @module
 */
import { address, shapes } from '../crest/define/address.ts'
import { type Definition, defineParticipant } from '../crest/define/definition.ts'
import type { SourceNode } from './node.ts'
import type { StreamStep } from './operator.ts'
import { plain, plainSchema } from './plain-schema.ts'
import { wordOf } from './words.ts'

/** Small enough for one message, whatever the sender has made of the limit. */
const bodies_max = 1_024

/** @param nodes the sources at this address @param main where the stream's participant is */
export function forwarder(name: string, nodes: readonly SourceNode[], main: string): Definition {
  const messages = Object.fromEntries(nodes.map(({ message }) => [message.name, message[shapes]]))
  const on = Object.fromEntries(
    nodes.map((node) => {
      const word = wordOf(node, main)
      const ways = address(main, { [word]: plainSchema })
      const run = (step: StreamStep, bodies: readonly unknown[]): void => {
        for (let at = 0; at < bodies.length; at += bodies_max) {
          const message = ways[word]?.many(bodies.slice(at, at + bodies_max).map(plain))
          if (message !== undefined) step.send(message)
        }
      }
      return [node.message.name, { batch: node.settings.batch, run }]
    }),
  )
  return defineParticipant([name, messages], { state: {}, own: {}, on, retry: nodes[0]?.settings.retry })
}
