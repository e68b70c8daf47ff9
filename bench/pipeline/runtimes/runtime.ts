/**
 * A place in which the benchmark runs.
 *
 * @module
 */
import type { Row } from '../../row.ts'
import type { Plan } from '../plan.ts'

export const runtimeNames = ['node', 'chromium', 'workerd'] as const
export type RuntimeName = (typeof runtimeNames)[number]

export interface RuntimeReport {
  readonly name: RuntimeName
  /** Name and version, for the report. */
  readonly version: string
  readonly rows: readonly Row[]
}

/** Runs the plan there, and leaves nothing running. @throws {Missing} it isn't installed */
export type RunIn = (plan: Plan, say: (line: string) => void) => Promise<RuntimeReport>
