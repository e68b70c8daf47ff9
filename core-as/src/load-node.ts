/**
 * core.wasm in Node: a file of the package.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { readByFetch } from './read-by-fetch.ts'
import { WasmUnavailable } from './wasm-unavailable.ts'

export function shipped(): URL {
  return new URL('../build/core.wasm', import.meta.url)
}

/** @param from a URL, or a file's path */
export async function read(from: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  if (/^https?:/.test(String(from))) return readByFetch(from)
  try {
    return await readFile(String(from).startsWith('file:') ? new URL(from) : from)
  } catch (error) {
    throw new WasmUnavailable(
      {
        wasm: String(from),
        expected: 'a file',
        got: String(error),
        do: 'put core.wasm of @darq/core there, or give the option wasm',
      },
      error,
    )
  }
}
