/**
 * A place in which the contenders run.
 *
 * @module
 */
import type { Row } from '../../row.ts'
import type { Plan } from '../plan.ts'

export const runtimeNames = ['node', 'chromium', 'firefox', 'workerd'] as const
export type RuntimeName = (typeof runtimeNames)[number]

export interface RuntimeReport {
  readonly name: string
  /** Name and version, for the report. */
  readonly version: string
  readonly rows: readonly Row[]
}

/**
 * Runs the plan there, and leaves nothing running.
 *
 * @throws {Missing} it isn't installed
 */
export type RunIn = (plan: Plan, say: (line: string) => void) => Promise<RuntimeReport>

/** Something that this machine doesn't have. The benchmark goes on without it, and says so. */
export class Missing extends Error {
  override name = 'Missing'
}
