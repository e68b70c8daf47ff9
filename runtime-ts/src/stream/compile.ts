/**
 * Turns a stream into participants: one where its source is, and, as it asks, parts, ways from other sources and effects.
 *
 * @module
 */
import { kind } from '../crest/define/address.ts'
import type { Definition, Participant } from '../crest/define/definition.ts'
import type { DarqError } from '../error.ts'
import { invalid } from '../options.ts'
import { forwarder } from './forwarder.ts'
import { KeyedPart } from './keyed-part.ts'
import type { Sink, SourceNode } from './node.ts'
import { Plan } from './plan.ts'
import { effectParts } from './sinks.ts'
import { SourcePart } from './source-part.ts'

/** A stream that ends somewhere, with the ends from which it is found. */
export class Ended implements Participant {
  readonly [kind] = 'participant'
  readonly name: string
  readonly sinks: readonly Sink[]
  readonly parts: readonly Participant[]

  /** @throws {DarqError} `invalid_argument` for a stream that can't be one */
  constructor(sinks: readonly Sink[]) {
    const plan = new Plan(sinks)
    const [main] = plan.sources
    if (main === undefined) throw refused('a stream with a source')
    this.sinks = sinks
    this.name = main.message.address
    checkSources(plan, main)
    this.parts = [
      new SourcePart(plan, main).definition,
      ...(plan.parallel === undefined ? [] : [new KeyedPart(plan, main).definition]),
      ...forwarders(plan, main),
      ...effectParts(plan, this.name),
    ]
  }
}

/** @returns the ends of what a branch has given back @throws {DarqError} `invalid_argument` when that is no stream's */
export function sinksOf(participant: Participant): readonly Sink[] {
  if (participant instanceof Ended) return participant.sinks
  throw refused('what a stream’s to, effect, view or branch gives')
}

function checkSources({ sources, sinks, parallel }: Plan, main: SourceNode): void {
  const isFamily = main.message.address.endsWith('/*')
  if (isFamily && (parallel !== undefined || sources.some(({ message }) => message.address !== main.message.address)))
    throw refused('a family’s streams each for themselves: neither spread nor brought together with others')
  for (const sink of sinks)
    if (sink.kind === 'view' && sink.query.address !== main.message.address)
      throw refused(`a view at ${main.message.address}, where its stream begins`)
}

/** Ways to the stream's participant from the sources that are elsewhere: one for each address. */
function forwarders(plan: Plan, main: SourceNode): readonly Definition[] {
  const elsewhere = plan.sources.filter(({ message }) => message.address !== main.message.address)
  return [...Map.groupBy(elsewhere, ({ message }) => message.address)].map(([name, nodes]) =>
    forwarder(name, nodes, main.message.address),
  )
}

function refused(expected: string): DarqError {
  return invalid(expected)
}
