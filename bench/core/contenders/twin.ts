/** The core in plain TypeScript, over typed arrays. @module */
import { twin, twinVectors } from '@darq/core/twin'
import type { Makers } from './contender.ts'
import { CoreContender, type Frame } from './core-contender.ts'
import { CoreDependencies } from './core-dependencies.ts'

export async function twinMakers(): Promise<Makers<Frame, Uint8Array, Uint8Array>> {
  const maker = twin()
  const vectorsMaker = twinVectors()
  return {
    contender: () => new CoreContender(maker),
    dependencies: (limits) => new CoreDependencies(vectorsMaker, limits),
  }
}
