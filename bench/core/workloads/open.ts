/**
 * The table of workloads.
 *
 * @module
 */
import type { Makers } from '../contenders/contender.ts'
import { copyIn } from './copy-in.ts'
import { ingest } from './ingest.ts'
import { lookup } from './lookup.ts'
import { memory } from './memory.ts'
import { recovery } from './recovery.ts'
import { seal } from './seal.ts'
import { soak } from './soak.ts'
import { step } from './step.ts'
import { vectors } from './vectors.ts'
import type { StageContext, Workload, WorkloadSpec } from './workload.ts'

/** @returns `undefined` when this contender or this runtime can't be asked for it */
export function openWorkload<Arrival, Key, Vector>(
  { contender: make, dependencies }: Makers<Arrival, Key, Vector>,
  spec: WorkloadSpec,
  context: StageContext,
): Workload | undefined {
  switch (spec.name) {
    case 'ingest':
      return ingest(make, spec, { from: 'arrivals', offers: 1, commits: false })
    case 'ingest-commit':
      return ingest(make, spec, { from: 'arrivals', offers: 1, commits: true })
    case 'ingest-objects':
      return ingest(make, spec, { from: 'objects', offers: 1, commits: true })
    case 'ingest-duplicates':
      return ingest(make, spec, { from: 'arrivals', offers: 2, commits: true })
    case 'copy-in':
      return copyIn(make, spec)
    case 'step':
      return step(make, spec, false)
    case 'step-commit':
      return step(make, spec, true)
    case 'seal':
      return seal(make, spec)
    case 'recovery':
      return recovery(make, spec, context)
    case 'lookup':
      return lookup(make, spec)
    case 'soak':
      return soak(make, spec, context)
    case 'memory':
      return memory(make, spec, context)
    case 'vectors':
      return vectors(dependencies, spec)
  }
}
