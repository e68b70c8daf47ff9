/**
 * The core in Wasm: AssemblyScript's source is in assembly/, room by room the mirror of src/twin/.
 *
 * @module
 */
import { compile } from '#wasm'
import type { CoreMaker } from './core.ts'
import { WasmCore } from './wasm/wasm-core.ts'

let compiled: Promise<WebAssembly.Module> | undefined

/**
 * Compiles core.wasm, once: every core is an instance of its own.
 *
 * @returns the maker of Wasm cores; it throws `RangeError` on limits that are none
 * @throws what the platform says when the module can't be read or may not be compiled (a content security policy without
 * `wasm-unsafe-eval`): use {@link twin} then. A later call tries again.
 */
export async function wasm(): Promise<CoreMaker> {
  compiled ??= compile()
  try {
    const module = await compiled
    return (limits) => new WasmCore(module, limits)
  } catch (error) {
    compiled = undefined
    throw error
  }
}
