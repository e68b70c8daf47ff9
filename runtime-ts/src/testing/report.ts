/**
 * What a simulation has seen.
 *
 * @module
 */
import type { FaultCounts } from './fault-kinds.ts'
import type { PathCounts } from './rare-paths.ts'

export interface Violation {
  readonly seed: number
  /** The event after which it was seen. */
  readonly event: number
  readonly message: string
  /** What had happened, for people. */
  readonly trace: string
  /** How to do the same again, in a fresh process. */
  readonly replay: string
  /** The seeds that it takes: the one, unless participants remember something from one seed to the next. */
  readonly seeds: readonly [from: number, to: number]
  /** How many faults were injected into hosts; as few as still fail. */
  readonly faults: number
}

export interface Report {
  readonly seeds: number
  readonly events: number
  readonly violations: readonly Violation[]
  /** How often each fault really took effect. */
  readonly faults: Readonly<FaultCounts>
  /** How often each of the engine's rare paths was taken. */
  readonly paths: Readonly<PathCounts>
  /** Errors that the hosts reported, by code. */
  readonly codes: Readonly<Record<string, number>>
  /** A hash over everything that happened: equal for equal seeds. */
  readonly hash: string
}
