/**
 * The core in Wasm: AssemblyScript's source is in assembly/, room by room the mirror of src/twin/.
 *
 * @module
 */
import { compile } from '#wasm'
import type { CoreMaker } from './core.ts'
import { HostVectors } from './host-vectors.ts'
import { checkVectorsLimits } from './limits.ts'
import type { VectorsMaker } from './vectors.ts'
import { WasmCore } from './wasm/wasm-core.ts'
import { WasmEntryTable } from './wasm/wasm-entry-table.ts'

let compiled: Promise<WebAssembly.Module> | undefined

/**
 * Compiles core.wasm, once: every core is an instance of its own.
 *
 * @returns the maker of Wasm cores; it throws `RangeError` on limits that are none
 * @throws what the platform says when the module can't be read or may not be compiled (a content security policy without
 * `wasm-unsafe-eval`): use {@link twin} then. A later call tries again.
 */
export async function wasm(): Promise<CoreMaker> {
  const module = await compiledOnce()
  return (limits) => new WasmCore(module, limits)
}

/**
 * The same module, for the dependency vectors of hosts: each is an instance of its own.
 *
 * @returns their maker; it throws `RangeError` on limits that are none, or for which there is no memory
 * @throws as {@link wasm} does: use {@link twinVectors} then
 */
export async function wasmVectors(): Promise<VectorsMaker> {
  const module = await compiledOnce()
  return (limits) => {
    checkVectorsLimits(limits)
    return new HostVectors(limits, new WasmEntryTable(module, limits))
  }
}

async function compiledOnce(): Promise<WebAssembly.Module> {
  compiled ??= compile()
  try {
    return await compiled
  } catch (error) {
    compiled = undefined
    throw error
  }
}
