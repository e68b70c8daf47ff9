/**
 * What the page knows, as plain data: `window.latenessDemo`. For people with a console, and for tests.
 *
 * @module
 */
import type { TabStatus } from '@darq/runtime/browser'
import type { How } from '../followed.ts'
import type { Sight } from './latencies.ts'
import type { Received } from './lateness.address.ts'

export type Phase = 'opening' | 'ready' | 'running' | 'paused' | 'done' | 'failed'

export interface LatenessDemoFacts {
  readonly phase: Phase
  /** Flights in the file. */
  readonly flights: number
  /** Flights that the stream has taken. */
  readonly taken: number
  readonly per_second: number
  /** Windows that the tab shows as closed and as open, and those that can never be undone: closed ones at the edge. */
  readonly closed: number
  readonly open: number
  readonly saved: number
  readonly windowsAre: How
  /** Late departures that came after their window. */
  readonly dropped: number
  readonly received: Readonly<Record<string, Received>>
  /** Results at the edge, and those that can never be undone. */
  readonly results: number
  readonly resultsSaved: number
  readonly resultsAre: How
  /** Medians, in milliseconds. */
  readonly latency_ms: Readonly<Record<Sight, number | undefined>>
  readonly tab: { readonly reachable: boolean; readonly epoch: number | undefined; readonly workers: number }
  readonly status: TabStatus | undefined
  readonly edge: { readonly reachable: boolean; readonly epoch: number | undefined }
  readonly isOffline: boolean
  readonly disk_ms: number
  readonly hasPlug: boolean
  readonly failure: string | undefined
}

declare global {
  interface Window {
    readonly latenessDemo: LatenessDemoFacts
  }
}
