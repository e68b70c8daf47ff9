/**
 * Where long workflows run.
 *
 * @module
 */
import type { FormName } from './workflows.ts'

export interface LongRun {
  /** When the first step began, and when each stretch of steps was done, in milliseconds of the ground's own clock. */
  readonly marks_ms: readonly number[]
  /** The same on the processor, where nothing else has a share in it. `undefined`: not measured. */
  readonly cpu_ms: readonly number[] | undefined
}

export interface Resumed {
  /** From the opening of the store to the first thing that the workflow does next. */
  readonly next_ms: number
}

export interface Ground {
  /** `node, memory`. */
  readonly name: string
  readonly version: string
  /** A workflow of so many steps, from its start to its committed end, and the time at every `stretch` of them. */
  long(form: FormName, steps: number, stretch: number): Promise<LongRun>
  /** A workflow that has done so many steps, in a store that is closed then and opened again. */
  resume(form: FormName, steps: number): Promise<Resumed>
  close(): Promise<void>
}
