/**
 * Variants with one rule broken each. A checker that lets one live has a hole.
 *
 * A mutant is a piece of the real source that is replaced when it is loaded, so that the product carries no trace of it.
 *
 * @module
 */
import { coreMutants } from './mutants/core.ts'
import { engineMutants } from './mutants/engine.ts'
import { levelOneMutants } from './mutants/level-one.ts'
import type { Mutant } from './mutants/mutant.ts'
import { speculationMutants } from './mutants/speculation.ts'
import { storageMutants } from './mutants/storage.ts'
import { streamMutants } from './mutants/stream.ts'
import { workflowMutants } from './mutants/workflow.ts'

export type { Mutant } from './mutants/mutant.ts'

export const mutants: readonly Mutant[] = [
  ...coreMutants,
  ...engineMutants,
  ...levelOneMutants,
  ...speculationMutants,
  ...storageMutants,
  ...workflowMutants,
  ...streamMutants,
]
