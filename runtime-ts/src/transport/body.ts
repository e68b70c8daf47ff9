/**
 * Reading a body that a stranger wrote: never more of it than the limit.
 *
 * @module
 */
import { DarqError } from '../error.ts'

const no_bytes = new Uint8Array(0)

/**
 * @param body of a request or response; `null` is an empty one
 * @returns all of it
 * @throws {DarqError} `too_large` (facts: expected and got, in bytes) as soon as it is; the rest is not read
 */
export async function readBytes(
  body: ReadableStream<Uint8Array> | null,
  bytes_max: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (body === null) return no_bytes
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    bytes += value.length
    if (bytes > bytes_max) {
      // Nobody waits for it: what matters is that no more is read.
      reader.cancel().catch(() => undefined)
      throw tooLarge(bytes_max, bytes)
    }
    chunks.push(value)
  }
  const whole = new Uint8Array(bytes)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

/**
 * @throws {DarqError} `too_large` if the headers already say so: nothing of the body is read then. A body of unstated length
 * passes, and is measured while it is read.
 */
export function checkStatedLength(headers: Headers, bytes_max: number): void {
  const stated = Number(headers.get('Content-Length') ?? 0)
  if (stated > bytes_max) throw tooLarge(bytes_max, stated)
}

function tooLarge(bytes_max: number, bytes: number): DarqError {
  return new DarqError('too_large', { facts: { expected: `at most ${bytes_max} bytes`, got: bytes } })
}
