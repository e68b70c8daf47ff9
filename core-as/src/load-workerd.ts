/**
 * core.wasm in workerd, which compiles modules when they are uploaded and never at run time.
 *
 * @module
 */
import module from '../build/core.wasm'

export async function compile(): Promise<WebAssembly.Module> {
  return module
}
