/**
 * Bytes from a URL, within bounded time: a server that never answers must not keep a host from its work.
 *
 * @module
 */
import { WasmUnavailable } from './wasm-unavailable.ts'

/** Ten kilobytes: a network that takes longer for them is none. */
const answer_ms_max = 5_000

/** @throws {WasmUnavailable} */
export async function readByFetch(url: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  const wasm = String(url)
  const give = 'serve core.wasm there, or give the option wasm'
  let response: Response
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(answer_ms_max) })
    if (response.ok) return new Uint8Array(await response.arrayBuffer())
  } catch (error) {
    const late = error instanceof DOMException && error.name === 'TimeoutError'
    throw new WasmUnavailable(
      late
        ? { wasm, expected: `an answer within ${answer_ms_max} ms`, got: 'none', do: give }
        : { wasm, expected: 'an answer', got: String(error), do: `${give}; a policy must allow it in connect-src` },
      error,
    )
  }
  throw new WasmUnavailable({ wasm, expected: 'status 200', got: `status ${response.status}`, do: give })
}
