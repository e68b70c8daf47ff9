/**
 * A frame of another host's channel: checked, handed to the engine, answered.
 *
 * @module
 */
import { DarqError } from '@darq/runtime'
import { decodeFrame, mediaType } from '@darq/runtime/transport'
import type { ObjectBindings } from './object-app.ts'
import { body_bytes_max } from './route-table.ts'
import { checkOwner, type Scope } from './scope.ts'

/**
 * @returns the frame that answers it: at once, or when what it brought is committed
 * @throws {DarqError} `bad_frame`, `too_large`, `newer_format`, `older_format`, `unknown_address`, `unauthorized`, `fenced`: nothing
 * changed then. `unavailable`, `backpressure`: send it again.
 */
export async function takeFrame(
  bytes: Uint8Array,
  scope: Scope,
  { name, hosted, answers }: Pick<ObjectBindings, 'name' | 'hosted' | 'answers'>,
): Promise<Response> {
  const frame = decodeFrame(bytes, body_bytes_max.frame)
  // An answer is never answered: whoever posted it would wait in vain.
  if (frame.type !== 'data') throw new DarqError('bad_frame', { facts: { expected: 'a data frame', got: frame.type } })
  if (frame.to !== name) throw new DarqError('unknown_address', { facts: { expected: name, got: frame.to } })
  // The producer of a channel: a bearer must not speak for another's host.
  checkOwner(scope, `${frame.host}/${frame.from}`)
  const answer = await answers.waitFor((address) => hosted.engine.receive(address, bytes))
  return new Response(answer, { headers: { 'Content-Type': mediaType.frame } })
}
