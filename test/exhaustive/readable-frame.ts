/**
 * A frame in words.
 *
 * @module
 */
import { decodeFrame, type Frame } from '../../runtime-ts/src/engine/frame.ts'
import { decodeMessages } from '../../runtime-ts/src/engine/messages.ts'
import { type MadeBy, readMessage } from './application.ts'

const decoder = new TextDecoder()

/** What the engine makes of the world's clock: epochs are shown from 0 on. */
const first_epoch = 1_700_000_000_000 * 2048 + 1024

export const decoded = (bytes: Uint8Array): Frame => decodeFrame(bytes, bytes.length)

/** The states that a frame's messages come from. */
export function originsIn(bytes: Uint8Array): MadeBy[] {
  const frame = decoded(bytes)
  if (frame.type !== 'data') return []
  return [...decodeMessages(frame.messages)].flatMap((message) => readMessage(decoder.decode(message)).from ?? [])
}

export function readable(bytes: Uint8Array): string {
  const frame = decoded(bytes)
  const said = `(epoch ${frame.epoch - first_epoch}, durable ${frame.durable})`
  if (frame.type === 'ack')
    return `ack ${frame.to} → ${frame.from}: expects ${frame.expected}, committed ${frame.committed} ${said}`
  if (frame.type === 'ask')
    return `asks about ${frame.states.map(({ epoch, version }) => `version ${version} of epoch ${epoch - first_epoch}`).join()} ${said}`
  if (frame.type === 'told') return `tells its standing ${said}`
  const names = [...decodeMessages(frame.messages)].map((message) => readMessage(decoder.decode(message)).name)
  const on = frame.dependencies.map(
    ({ host, epoch, version }) => `${host.split('#')[0]} ${epoch - first_epoch}.${version}`,
  )
  const what = names.length === 0 ? `hello, ${frame.first} is next` : `${names.join()} of version ${frame.version}`
  return `${frame.from} → ${frame.to}: ${what}${on.length > 0 ? `, depends on ${on.join()}` : ''} ${said}`
}
