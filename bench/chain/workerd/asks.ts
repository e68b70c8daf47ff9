/**
 * What the benchmark asks of the worker, as JSON.
 *
 * @module
 */
import type { ContenderName } from '../contenders.ts'
import type { Round } from '../load/closed-loops.ts'
import type { RoundSpec } from '../stations/station.ts'

export interface RoundAsk extends RoundSpec {
  readonly contender: ContenderName
  readonly length: number
  /** Each loop makes a request first that is not measured, and opens the clients' streams. */
  readonly opens: boolean
}

export type RoundAnswer = { readonly round: Round } | { readonly error: string }
