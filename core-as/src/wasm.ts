/**
 * The core in Wasm: AssemblyScript's source is in assembly/, room by room the mirror of src/twin/.
 *
 * @module
 */
import type { CoreMaker } from './core.ts'
import { HostVectors } from './host-vectors.ts'
import { checkVectorsLimits } from './limits.ts'
import type { VectorsMaker } from './vectors.ts'
import { WasmCore } from './wasm/wasm-core.ts'
import { WasmEntryTable } from './wasm/wasm-entry-table.ts'
import { compile, type WasmSource } from './wasm-source.ts'
import { WasmUnavailable } from './wasm-unavailable.ts'

/**
 * By its place, for as long as this thread lives: what became of it, for better or worse. What a policy refuses or a server
 * doesn't have is no different a moment later, and whoever waited for a server in vain need not wait again.
 */
const loaded = new Map<string, Promise<WebAssembly.Module>>()

/**
 * Compiles core.wasm, once for each place: every core is an instance of its own.
 *
 * @param source default: the file that the package ships. `new URL('…/core.wasm', import.meta.url)`, a string with a URL, a
 * `WebAssembly.Module`, or the file's bytes.
 * @returns the maker of Wasm cores; it throws `RangeError` on limits that are none
 * @throws {WasmUnavailable} it can't be read, does not come in time, or may not be compiled here (a content security policy
 * without `wasm-unsafe-eval`): use `twin` of `@darq/core/twin` then
 * @example
 * ```ts
 * const make = await wasm('https://cdn.example/core.wasm').catch(async () => (await import('@darq/core/twin')).twin())
 * ```
 */
export async function wasm(source?: WasmSource): Promise<CoreMaker> {
  const module = await load(source)
  return (limits) => new WasmCore(module, limits)
}

/**
 * The same module, for the dependency vectors of hosts: each is an instance of its own.
 *
 * @returns their maker; it throws `RangeError` on limits that are none, or for which there is no memory
 * @throws {WasmUnavailable} as {@link wasm} does: use `twinVectors` then
 */
export async function wasmVectors(source?: WasmSource): Promise<VectorsMaker> {
  const module = await load(source)
  return (limits) => {
    checkVectorsLimits(limits)
    return new HostVectors(limits, new WasmEntryTable(module, limits))
  }
}

function load(source: WasmSource | undefined): Promise<WebAssembly.Module> {
  if (source !== undefined && typeof source !== 'string' && !(source instanceof URL)) return tried(source)
  const place = String(source ?? '')
  const module = loaded.get(place) ?? tried(source)
  loaded.set(place, module)
  return module
}

/** Some module is not yet ours, and one that is may still not be instantiated: a core is made before any is promised. */
async function tried(source: WasmSource | undefined): Promise<WebAssembly.Module> {
  const module = await compile(source)
  try {
    new WasmCore(module, {
      log_bytes_max: 1 << 16,
      message_bytes_max: 1,
      producers_max: 1,
      hash_key: new Uint8Array(16),
    })
    return module
  } catch (error) {
    const names = WebAssembly.Module.exports(module).map(({ name }) => name)
    throw new WasmUnavailable(
      {
        wasm: source === undefined || typeof source === 'string' ? (source ?? 'core.wasm') : 'the module given',
        expected: 'core.wasm of this release of @darq/core',
        got: `a module with ${names.slice(0, 8).join(', ') || 'no exports'}: ${String(error)}`,
        do: 'give the file that came with this code',
      },
      error,
    )
  }
}
