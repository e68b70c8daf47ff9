/**
 * A workload: what a contender is asked to do, in sections that are timed one by one.
 *
 * @module
 */

export const workloadNames = [
  'ingest',
  'ingest-commit',
  'ingest-objects',
  'ingest-duplicates',
  'copy-in',
  'step',
  'step-commit',
  'seal',
  'recovery',
  'lookup',
  'soak',
  'memory',
  'vectors',
] as const
export type WorkloadName = (typeof workloadNames)[number]

/** A workload with its sizes. Crosses from the driver to the stages as it is. */
export interface WorkloadSpec {
  readonly name: WorkloadName
  readonly payload_bytes: number
  /** Messages in one call; entries in one vector. */
  readonly batch: number
  /** Bytes of log that one timed section writes; at least one call is made. */
  readonly section_bytes: number
  /** Messages to recover, producers to look up, messages to hold in memory, hosts that vectors may name. */
  readonly count: number
}

/** What a stage has to offer beside the contender. */
export interface StageContext {
  /** Milliseconds from anywhere. */
  readonly now_ms: () => number
  /** Bytes of garbage-collected memory in use, after a collection, where that can be known. */
  readonly heap_bytes: (() => number) | undefined
}

/** One contender under one workload. */
export interface Workload {
  /** What one section does. */
  readonly items: number
  readonly payload_bytes: number
  /** Untimed, before every section: brings back the state in which it begins. */
  prepare(): void
  /** Timed. */
  run(): void
  /** Untimed, after every section. @throws when less was done than was asked for */
  verify(): void
  /** The section's single calls and commits in milliseconds, where they are measured one by one. */
  readonly calls_ms?: readonly number[]
  readonly commits_ms?: readonly number[]
  /** Bytes of memory that the section's items took. */
  readonly memory_bytes?: number | undefined
}

/** The log is committed when this much was written, as a busy host does. */
export const commit_bytes = 1 << 20

/** @throws {Error} named after what was compared */
export function expectSame(what: string, expected: number, got: number): void {
  if (expected !== got) throw new Error(`${what}: expected ${expected}, got ${got}`)
}
