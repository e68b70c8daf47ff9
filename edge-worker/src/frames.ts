/**
 * A frame of another deployment's channel, over HTTP: checked, handed to the engine, answered.
 *
 * @module
 */
import { DarqError } from '@darq/runtime'
import { channelAsks, type Data, decodeFrame, mediaType } from '@darq/runtime/transport'
import type { ObjectBindings } from './bindings.ts'
import { body_bytes_max } from './route-table.ts'
import { checkAsk, checkOwner, Forbidden, type Scope } from './scope.ts'
import { hostName } from './siblings.ts'

/**
 * @returns the frame that answers it: at once, or when what it brought is committed
 * @throws {DarqError} `bad_frame`, `too_large`, `newer_format`, `older_format`, `unknown_address`, `unauthorized`, `fenced`: nothing
 * changed then. `unavailable`, `backpressure`: send it again.
 */
export async function takeFrame(
  bytes: Uint8Array,
  scope: Scope,
  { name, participant, hosted, answers, siblings }: Omit<ObjectBindings, 'watchers'>,
): Promise<Response> {
  const frame = decodeFrame(bytes, body_bytes_max.frame)
  // An answer is never answered: the caller would wait in vain.
  if (frame.type !== 'data') throw new DarqError('bad_frame', { facts: { expected: 'a data frame', got: frame.type } })
  if (frame.to !== name) throw new DarqError('unknown_address', { facts: { expected: name, got: frame.to } })
  // The producer of a channel: a bearer must not speak for another's host.
  checkOwner(scope, `${frame.host}/${frame.from}`)
  const [host = ''] = frame.host.split('#')
  // Those speak through the binding; a caller that posed as one could make this host go back.
  if (siblings.has(host)) throw new Forbidden({ expected: 'a host of another deployment', got: host })
  checkCommitted(frame)
  const isHere = siblings.has(hostName(frame.from))
  for (const asked of channelAsks({ participant, darq: name }, frame.from, frame.messages)) {
    checkAsk(scope, asked)
    // Another DARQ of that name lives here: it would be answered, or believed.
    if (isHere && asked.inItsName) throw new Forbidden({ expected: 'a DARQ of another deployment', got: frame.from })
  }
  const answer = await answers.ask(hosted.engine, bytes)
  return new Response(answer, { headers: { 'Content-Type': mediaType.frame } })
}

/**
 * Who is reached by no address can't be asked what became of it.
 *
 * @throws {DarqError} `bad_frame`
 */
function checkCommitted({ version, durable, dependencies }: Data): void {
  if (version > durable || dependencies.length > 0)
    throw new DarqError('bad_frame', {
      facts: { expected: 'what is committed: over HTTP k is 0', got: `version ${version}, durable ${durable}` },
    })
}
