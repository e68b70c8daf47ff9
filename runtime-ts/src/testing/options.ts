/**
 * What is simulated, and how.
 *
 * @module
 */
import type { CoreMaker, VectorsMaker } from '@darq/core'
import type { Participant } from '../crest/define/definition.ts'
import type { EngineLimits } from '../engine/types.ts'
import type { FaultKind } from './fault-kinds.ts'
import type { Report } from './report.ts'
import type { World } from './world-view.ts'

export interface SimulateOptions {
  readonly hosts: readonly {
    readonly name: string
    readonly participants: readonly Participant[]
    readonly limits?: Partial<EngineLimits>
    /** As in `openHost`; `'any'`: each seed has its own. Default 0. */
    readonly k?: number | 'any'
    /** Its storage suffers what `lossKinds` name, if they are among `faults`. Default: no. */
    readonly mayLose?: boolean
  }[]
  /** From, to; both included. */
  readonly seeds: readonly [from: number, to: number]
  /** The application's work. It is done when this resolves. */
  drive(world: World): Promise<void>
  /** After the faults have stopped and everything has become quiet: throw when something is wrong. */
  finally?(world: World): Promise<void>
  /** Looked at every hundred events, on committed state: throw when something is wrong. */
  always?(world: World): Promise<void>
  /**
   * What it has all come to, as plain data, asked for after `finally`. It must be the same as in a run of the same seed
   * without faults: give it only what does not depend on who came first.
   */
  outcome?(world: World): Promise<unknown>
  /** The outcome of the same work by other means, which this one is held against. */
  readonly oracle?: (seed: number) => Promise<unknown>
  /** Events of one seed after which its faults stop. Default 3,000. */
  readonly events_max?: number
  /** What may go wrong. Default: everything under which the guarantees must hold; `lossKinds` break some. */
  readonly faults?: readonly FaultKind[]
  /** Chance of a fault before each event. Default 1 in 40. */
  readonly fault_rate?: number
  readonly core?: CoreMaker
  /** What keeps dependencies. Default: the twin's. */
  readonly vectors?: VectorsMaker
  /** Called after each seed. */
  readonly progress?: (seed: number, report: Report) => void
  /** Default: as few as still fail. */
  readonly shrink?: boolean
  /** How seeds are run again by hand. */
  readonly replay?: (seeds: readonly [from: number, to: number], faults_max: number) => string
  /** Inject no more than so many faults in a seed: what `replay` names. With 0 the network and the handlers don't fail either. */
  readonly faults_max?: number
  /** Stop after so many violations. Default 1. */
  readonly violations_max?: number
}
