/** The core in Wasm. @module */
import { wasm } from '@darq/core'
import type { ContenderMaker } from './contender.ts'
import { CoreContender, type Frame } from './core-contender.ts'

export async function wasmContender(): Promise<ContenderMaker<Frame, Uint8Array>> {
  const maker = await wasm()
  return () => new CoreContender(maker)
}
