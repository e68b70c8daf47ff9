/**
 * What is run: workloads with their sizes, how long and how often.
 *
 * @module
 */
import type { WorkloadName, WorkloadSpec } from './workloads/workload.ts'

export interface Plan {
  readonly specs: readonly WorkloadSpec[]
  readonly rounds: number
  /** Before the rounds, for every contender and workload: what the engine compiles meanwhile is not counted. */
  readonly warm_up_ms: number
  /** Timed part of one round. */
  readonly round_ms: number
  /** Of the order of rounds. */
  readonly seed: number
}

const section_bytes = 1 << 20
const payloads = [32, 128, 1024, 16_384]
const batchSizes = [1, 16, 256]
const oneProducersBatch: readonly WorkloadName[] = [
  'ingest',
  'ingest-commit',
  'ingest-objects',
  'ingest-duplicates',
  'copy-in',
]
const oneStep: readonly WorkloadName[] = ['step', 'step-commit']

function spec(name: WorkloadName, payload_bytes: number, batch: number, count = 0): WorkloadSpec {
  return { name, payload_bytes, batch, section_bytes, count }
}

/** Everything: about 2 minutes of a core in each runtime. */
export function fullPlan(seed: number): Plan {
  return {
    specs: [
      ...oneProducersBatch.flatMap((name) => payloads.flatMap((bytes) => batchSizes.map((n) => spec(name, bytes, n)))),
      ...oneStep.flatMap((name) => payloads.map((bytes) => spec(name, bytes, 1))),
      ...payloads.map((bytes) => spec('seal', bytes, 256)),
      spec('soak', 128, 256),
      spec('memory', 128, 256, 200_000),
      spec('lookup', 0, 1, 1_000_000),
      spec('recovery', 128, 256, 1_000_000),
      ...batchSizes.map((n) => spec('vectors', 0, n, 1024)),
    ],
    rounds: 10,
    warm_up_ms: 60,
    round_ms: 12,
    seed,
  }
}

/** Every workload, one size of each: for a look, and for machines that only check that the benchmark runs. */
export function quickPlan(seed: number): Plan {
  return {
    specs: [
      ...oneProducersBatch.flatMap((name) => [spec(name, 128, 1), spec(name, 128, 256)]),
      ...oneStep.map((name) => spec(name, 128, 1)),
      spec('seal', 128, 256),
      spec('soak', 128, 256),
      spec('memory', 128, 256, 25_000),
      spec('lookup', 0, 1, 25_000),
      spec('recovery', 128, 256, 25_000),
      spec('vectors', 0, 16, 1024),
    ],
    rounds: 10,
    warm_up_ms: 30,
    round_ms: 4,
    seed,
  }
}
