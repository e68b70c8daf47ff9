/**
 * Where chains are set up and loaded: in this process, or in workerd.
 *
 * @module
 */
import type { ContenderName } from '../contenders.ts'
import type { Round } from '../load/closed-loops.ts'

/** A chain that is set up. */
export interface ChainSpec {
  readonly contender: ContenderName
  readonly length: number
  readonly flush_ms: number
}

export interface RoundSpec {
  readonly loops: number
  /** No request is made after that. */
  readonly budget_ms: number
  /** But so many by each loop, however long they take. */
  readonly requests_min: number
}

export interface OpenChain {
  round(spec: RoundSpec): Promise<Round>
  close(): Promise<void>
}

export interface Station {
  /** `node`, `workerd`. */
  readonly name: string
  /** Name and version of what it runs on, for the report. */
  readonly version: string
  open(spec: ChainSpec): Promise<OpenChain>
  close(): Promise<void>
}
