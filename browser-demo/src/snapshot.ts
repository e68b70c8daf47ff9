/**
 * What the page knows, as plain data: `window.flightsDemo`. For people with a console, and for the driver of
 * `npm run demo:check`. Reading it changes nothing, and there is nothing here to write to.
 *
 * @module
 */
import type { HostCounts } from '@darq/runtime'
import type { TabStatus } from '@darq/runtime/browser'
import type { DelaysByOrigin } from './delays.ts'
import type { Grades } from './grades.ts'
import type { StandingFacts } from './standing.ts'

export type Phase = 'opening' | 'ready' | 'running' | 'paused' | 'done' | 'failed'

/** One window of flights that the page has sent, in milliseconds from `send` to the grade of its last flight. */
export interface BatchTimes {
  readonly flights: number
  readonly accepted_ms: number
  readonly durable_ms: number
  readonly committed_ms: number
}

/** What is known of one side. */
export interface SideFacts extends StandingFacts {
  /** The newest answer to its `delays` query. */
  readonly delays: DelaysByOrigin
  /** What its host has counted in its present epoch; `undefined` until it has answered once. */
  readonly counts: HostCounts | undefined
  /** Over all of its lives that this page has seen. */
  readonly duplicates_refused: number
  /** Whether it answered the last time that it was asked. */
  readonly reachable: boolean
}

export interface FlightsDemo {
  readonly phase: Phase
  /** Flights in the file. */
  readonly flights: number
  readonly grades: Grades
  /** Receipts that said "duplicate", in this life of the page. */
  readonly duplicates: number
  /** In this life of the page, oldest first. */
  readonly batches: readonly BatchTimes[]
  readonly tab: SideFacts & { readonly status: TabStatus | undefined; readonly workers: number }
  readonly edge: SideFacts
  /** Why the job failed, if it did. */
  readonly failure: string | undefined
}

declare global {
  interface Window {
    readonly flightsDemo: FlightsDemo
  }
}
