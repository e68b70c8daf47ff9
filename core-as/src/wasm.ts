/**
 * The core in Wasm.
 *
 * @module
 */
import type { CoreMaker } from './core.ts'

/** @returns the maker of Wasm cores */
export async function wasm(): Promise<CoreMaker> {
  throw new Error('core.wasm is not built: this version has the twin only')
}
