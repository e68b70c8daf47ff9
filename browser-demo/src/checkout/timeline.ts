/**
 * The steps of an instance as lines: each one saved, pending, or taken back.
 *
 * @module
 */
import type { InstanceFacts } from '@darq/runtime/workflow'
import type { FollowedFacts, How } from '../followed.ts'

export interface TimelineLine {
  /** `call stock/tea reserve`, `effect charge card`, … */
  readonly what: string
  readonly outcome: InstanceFacts['steps'][number]['outcome']
  /** Milliseconds from the instance's start. */
  readonly after_ms: number
  /** Missing while it is waited for. */
  readonly took_ms?: number
  readonly how: How
}

type Steps = Pick<InstanceFacts, 'steps' | 'started_ms'>

/** @returns the lines in order; at their end, those that were shown and are there no more */
export function timelineOf({
  value,
  saved,
  lost,
}: Pick<FollowedFacts<Steps>, 'value' | 'saved' | 'lost'>): TimelineLine[] {
  const lines = linesOf(value, (line, index) => (isSame(line, saved?.steps[index]) ? 'saved' : 'pending'))
  const gone = linesOf(lost, () => 'taken-back').filter(
    (line, index) => lines[index] === undefined || lines[index].what !== line.what,
  )
  return [...lines, ...gone]
}

type Step = Steps['steps'][number]

function linesOf(facts: Steps | undefined, how: (step: Step, index: number) => How): TimelineLine[] {
  if (facts === undefined) return []
  return facts.steps.map((step, index) => {
    const { what, outcome, at_ms, ended_ms } = step
    return {
      ...{ what, outcome, after_ms: at_ms - facts.started_ms, how: how(step, index) },
      ...(ended_ms !== undefined && { took_ms: ended_ms - at_ms }),
    }
  })
}

function isSame(step: Step, other: Step | undefined): boolean {
  return step.what === other?.what && step.outcome === other.outcome && step.at_ms === other.at_ms
}
