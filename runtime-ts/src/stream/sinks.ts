/**
 * Where a stream's values go when they leave it.
 *
 * @module
 */
import { shapes } from '../crest/define/address.ts'
import type { Participant } from '../crest/define/definition.ts'
import { defineEffects } from '../crest/run/effects.ts'
import type { Sink } from './node.ts'
import type { Push, StreamStep } from './operator.ts'
import { plain } from './plain-schema.ts'
import type { Plan } from './plan.ts'
import { effectAddress } from './words.ts'

/**
 * @param name of the stream's source
 * @param step the one that runs
 * @param show takes a row of the view that is the sink of this number
 */
export function sinkPush(
  plan: Plan,
  name: string,
  step: () => StreamStep | undefined,
  show: (sink: number, value: unknown) => void,
): (sink: Sink) => Push {
  return (sink) => {
    const index = plan.sinks.indexOf(sink)
    switch (sink.kind) {
      case 'to':
        return (value) => step()?.send(sink.send(value))
      case 'effect': {
        const { run } = effectAddress(name, index)
        return (value) => step()?.send(run(plain(value)))
      }
      case 'view':
        return (value) => show(index, value)
    }
  }
}

/** @returns the participants that run a stream's effects, each for one sink */
export function effectParts(plan: Plan, name: string): readonly Participant[] {
  return plan.sinks.flatMap((sink, index) =>
    sink.kind === 'effect' ? [defineEffects(effectAddress(name, index)[shapes], { run: sink.run }, sink.options)] : [],
  )
}
