/**
 * What a simulated host is, and what it needs of its world.
 *
 * @module
 */
import type { CoreMaker, VectorsMaker } from '@darq/core'
import type { Participant } from '../crest/define/definition.ts'
import type { Route } from '../crest/wire/route.ts'
import type { EngineLimits } from '../engine/types.ts'
import type { DarqError } from '../error.ts'
import type { Causality } from './causality.ts'
import type { FaultCounts } from './fault-kinds.ts'
import type { FrameWatch } from './frame-watch.ts'
import type { Life } from './life.ts'
import type { Random } from './random.ts'
import type { PathCounts } from './rare-paths.ts'
import type { Timeline } from './timeline.ts'

export interface HostPlan {
  readonly name: string
  readonly participants: readonly Participant[]
  readonly limits?: Partial<EngineLimits>
  /** How many hosts may be able to revoke what it sends; `'any'`: each seed has its own. Default 0. */
  readonly k?: number | 'any'
  /** Its disk suffers the faults of `lossKinds`, if they are among the plan's. */
  readonly mayLose?: boolean
}

/** What the hosts' engines run on. */
export interface Makers {
  readonly core: CoreMaker
  readonly vectors: VectorsMaker
}

/** What a simulated host needs of its world. */
export interface SimulatedHostContext {
  readonly timeline: Timeline
  readonly random: Random
  readonly counts: FaultCounts
  readonly paths: PathCounts
  readonly frames: FrameWatch
  readonly causality: Causality
  readonly core: CoreMaker
  readonly vectors: VectorsMaker
  readonly note: (host: string, what: string) => void
  readonly violate: (what: string) => void
  /** The way of one life to the DARQs of other hosts. */
  readonly route: (life: Life) => Route
  readonly carry: (life: Life, to: string, frame: Uint8Array) => void
  readonly ownerOf: (darq: string) => string | undefined
  /** Errors that nobody waits for, by code. */
  readonly reported: (error: DarqError) => void
}
