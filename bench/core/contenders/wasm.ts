/** The core in Wasm. @module */
import { wasm, wasmVectors } from '@darq/core'
import type { Makers } from './contender.ts'
import { CoreContender, type Frame } from './core-contender.ts'
import { CoreDependencies } from './core-dependencies.ts'

export async function wasmMakers(): Promise<Makers<Frame, Uint8Array, Uint8Array>> {
  const maker = await wasm()
  const vectorsMaker = await wasmVectors()
  return {
    contender: () => new CoreContender(maker),
    dependencies: (limits) => new CoreDependencies(vectorsMaker, limits),
  }
}
