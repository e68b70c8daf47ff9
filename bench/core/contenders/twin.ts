/** The core in plain TypeScript, over typed arrays. @module */
import { twin } from '@darq/core'
import type { ContenderMaker } from './contender.ts'
import { CoreContender, type Frame } from './core-contender.ts'

export async function twinContender(): Promise<ContenderMaker<Frame, Uint8Array>> {
  const maker = twin()
  return () => new CoreContender(maker)
}
