/**
 * A protocol message in its frame. Its bytes can't be trusted until they are decoded.
 *
 * ```text
 * 0  u16 magic 0xDA50        2  u8 format version   3  u8 0   4  u32 bytes of the frame   8  u32 XXH32 of what follows
 * 12 u32 type of the message    16 f64 the frame's number in its session; 0: of no session
 * 24 f64 every frame up to this number of the other end was heard                     32 the message
 * ```
 *
 * @module
 */
import { xxh32 } from '@darq/core'
import { BrokenBytes, ByteReader, ByteWriter } from '../engine/byte-codec.ts'
import { DarqError } from '../error.ts'
import { type ProtocolMessage, protocolMessageTypes } from './protocol-message.ts'
import { readProtocolMessage } from './protocol-reader.ts'
import { writeProtocolMessage } from './protocol-writer.ts'

const magic = 0xda50
const format_version = 1
const header_bytes = 32

export interface Frame {
  /** 1, 2, 3, … over all streams of a session; 0 for what is worth nothing on a later stream. */
  readonly number: number
  readonly heard: number
  readonly message: ProtocolMessage
}

/** @throws {DarqError} `too_large` */
export function encodeFrame({ number, heard, message }: Frame, bytes_max: number): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(sizeHint(message))
  writer.u16(magic).u8(format_version).u8(0).u32(0).u32(0)
  writer
    .u32(protocolMessageTypes.indexOf(message.type) + 1)
    .f64(number)
    .f64(heard)
  writeProtocolMessage(writer, message)
  if (writer.at > bytes_max) throw tooLarge(bytes_max, writer.at)
  writer.patchU32(4, writer.at)
  const bytes = new Uint8Array(writer.at)
  bytes.set(writer.view())
  new DataView(bytes.buffer).setUint32(8, xxh32(bytes.subarray(12)), true)
  return bytes
}

/** Steps and deliveries are large: doubling would copy them twice. */
function sizeHint(message: ProtocolMessage): number {
  const items = message.type === 'delivered' ? message.messages : message.type === 'restored' ? message.items : []
  return items.reduce((bytes, item) => bytes + item.bytes.length + 64, 256)
}

/** @throws {DarqError} `too_large`, `bad_frame`, `newer_format`, `older_format`, each with what was expected and what came */
export function decodeFrame(bytes: Uint8Array, bytes_max: number): Frame {
  if (bytes.length > bytes_max) throw tooLarge(bytes_max, bytes.length)
  if (bytes.length < header_bytes) throw bad(`a frame of at least ${header_bytes} bytes`, bytes.length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint16(0, true) !== magic) throw bad(`the magic ${magic}`, view.getUint16(0, true))
  const version = view.getUint8(2)
  if (version !== format_version)
    throw new DarqError(version > format_version ? 'newer_format' : 'older_format', {
      facts: { expected: `frame format ${format_version}`, got: version },
    })
  if (view.getUint8(3) !== 0) throw bad('0 behind the format version', view.getUint8(3))
  const said_bytes = view.getUint32(4, true)
  if (said_bytes !== bytes.length) throw bad(`${said_bytes} bytes, as the frame says`, bytes.length)
  const checksum = xxh32(bytes.subarray(12))
  if (view.getUint32(8, true) !== checksum) throw bad(`the checksum ${view.getUint32(8, true)}`, checksum)
  const reader = new ByteReader(bytes.subarray(12))
  try {
    const type = reader.u32('type')
    const number = reader.whole('number')
    const heard = reader.whole('heard')
    return { number, heard, message: readProtocolMessage(reader, type) }
  } catch (error) {
    if (error instanceof BrokenBytes) throw bad('a frame', error.message)
    throw error
  }
}

const bad = (expected: string, got: number | string): DarqError =>
  new DarqError('bad_frame', { facts: { expected, got } })

const tooLarge = (bytes_max: number, got: number): DarqError =>
  new DarqError('too_large', { facts: { expected: `a frame of at most ${bytes_max} bytes`, got } })
