/**
 * What a source may be told.
 *
 * @module
 */
import type { Retry } from '../crest/define/definition.ts'
import { milliseconds, type Span } from '../crest/define/span.ts'
import { countOf } from '../options.ts'

export interface StreamOptions {
  /** This many records are handled in one step, if they are there. Default 1,024. */
  readonly batch?: number
  /**
   * When nothing has come for so long, every window that is open is closed; what still comes for one of them is late.
   * Default: windows wait for a newer record.
   */
  readonly idle?: Span
  /**
   * This many windows are open at a time at most, for each operator and part; this many records wait for their match in a join.
   * Past it, records wait (`backpressure`). Default 100,000.
   */
  readonly open_max?: number
  readonly retry?: Retry
}

export interface Settings {
  readonly batch: number
  readonly idle_ms: number | undefined
  readonly open_max: number
  readonly retry: Retry | undefined
}

/** @throws {DarqError} `invalid_argument` for what is no number of records, or no span */
export function settingsOf({ batch = 1_024, idle, open_max = 100_000, retry }: StreamOptions): Settings {
  for (const [name, count] of Object.entries({ batch, open_max })) countOf(name, count)
  return { batch, idle_ms: idle === undefined ? undefined : milliseconds(idle), open_max, retry }
}
