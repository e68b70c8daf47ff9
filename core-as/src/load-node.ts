/**
 * core.wasm in Node: read from the package, compiled.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'

export async function compile(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(new URL('../build/core.wasm', import.meta.url)))
}
