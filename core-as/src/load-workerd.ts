/**
 * core.wasm in workerd, which compiles modules when they are uploaded and never at run time.
 *
 * @module
 */
import module from '../build/core.wasm'
import { WasmUnavailable } from './wasm-unavailable.ts'

export function shipped(): WebAssembly.Module {
  return module
}

export async function read(from: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  throw new WasmUnavailable({
    wasm: String(from),
    expected: 'a WebAssembly.Module',
    got: 'a URL, where nothing is compiled at run time',
    do: 'give the module that @darq/core/core.wasm is when it is imported',
  })
}
