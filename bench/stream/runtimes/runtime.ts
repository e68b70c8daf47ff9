/**
 * A place in which the benchmark runs.
 *
 * @module
 */
import type { Answer, Ask } from '../stage.ts'

export const runtimeNames = ['node', 'chromium', 'workerd'] as const
export type RuntimeName = (typeof runtimeNames)[number]

export interface Runtime {
  readonly name: RuntimeName
  /** Name and version, for the report. */
  readonly version: string
  /** One question at a time. Nothing of the one before is left. */
  ask(ask: Ask): Promise<Answer>
  close(): Promise<void>
}

/** @throws {Missing} it isn't installed */
export type OpenRuntime = (say: (line: string) => void) => Promise<Runtime>
