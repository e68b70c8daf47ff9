/**
 * core.wasm in browsers and their workers: bundlers recognise the URL and ship the file.
 *
 * @module
 */

export { readByFetch as read } from './read-by-fetch.ts'

export function shipped(): URL {
  return new URL('../build/core.wasm', import.meta.url)
}
