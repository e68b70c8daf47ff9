/**
 * What hosts say to each other: frames. Hostile until decoded.
 *
 * ```text
 * 0  u16 magic 0xDA9F   2  u8 format version   3  u8 type   4  u32 bytes of the frame   8  u32 XXH32 of what follows
 * 12 u32 0              16 the sender's host id, epoch and lineage; both DARQ names; then what the type says
 * ```
 *
 * @module
 */
import { xxh32 } from '@darq/core'
import { DarqError } from '../error.ts'
import { BrokenBytes, ByteReader, ByteWriter } from './byte-codec.ts'
import { darq_name_bytes_max, host_id_bytes_max } from './host-id.ts'
import { Lineage } from './lineage.ts'
import { countMessages } from './messages.ts'
import type { Epoch, Version } from './types.ts'

const magic = 0xda9f
const format_version = 1
const header_bytes = 16
const type_data = 1
const type_ack = 2

interface Envelope {
  /** The sending host's id, epoch and lineage. */
  readonly host: string
  readonly epoch: Epoch
  readonly lineage: Lineage
  /** The sending DARQ, and the one addressed. */
  readonly from: string
  readonly to: string
  /** The host id that is meant; '' when the sender doesn't know it yet. */
  readonly addressee: string
}

/** Messages of a channel; a *hello* when there are none: it asks what the receiver expects. */
export interface Data extends Envelope {
  readonly type: 'data'
  /** Sequence of the first message; in a hello, of the next that would be sent. */
  readonly first: number
  /** The newest version of the sender that holds one of them. */
  readonly version: Version
  readonly messages: Uint8Array
  readonly count: number
}

/** The answer to each data frame: at once, or when what came is committed. */
export interface Ack extends Envelope {
  readonly type: 'ack'
  /** The epoch of the addressee that the sender has examined. `expected` counts only if it is the present one. */
  readonly echo: Epoch
  readonly expected: number
  /** Every message below this sequence is committed and will never be wanted again. */
  readonly committed: number
}

export type Frame = Data | Ack

/** For all frames: each is copied out of it. */
const writer = new ByteWriter(4_096)

export function encodeFrame(frame: Frame): Uint8Array {
  writer
    .clear()
    .u16(magic)
    .u8(format_version)
    .u8(frame.type === 'data' ? type_data : type_ack)
  writer.u32(0).u32(0).u32(0)
  writer.f64(frame.epoch).text(frame.host).text(frame.addressee).text(frame.from).text(frame.to)
  frame.lineage.write(writer)
  // Dependencies of the messages: none while every message waits for committed (K = 0).
  writer.u16(0)
  if (frame.type === 'data') {
    writer.f64(frame.first).f64(frame.version).u32(frame.messages.length).align().raw(frame.messages)
  } else {
    writer.f64(frame.echo).f64(frame.expected).f64(frame.committed)
  }
  writer.patchU32(4, writer.at)
  const bytes = writer.done()
  new DataView(bytes.buffer).setUint32(8, xxh32(bytes.subarray(12)), true)
  return bytes
}

/** @throws {DarqError} `too_large`, `bad_frame`, `newer_format`, each with what was expected and what came */
export function decodeFrame(bytes: Uint8Array, bytes_max: number): Frame {
  if (bytes.length > bytes_max)
    throw new DarqError('too_large', {
      facts: { expected: `a frame of at most ${bytes_max} bytes`, got: bytes.length },
    })
  if (bytes.length < header_bytes) throw bad('a frame of at least 16 bytes', bytes.length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint16(0, true) !== magic) throw bad(`the magic ${magic}`, view.getUint16(0, true))
  const version = view.getUint8(2)
  if (version !== format_version)
    throw new DarqError(version > format_version ? 'newer_format' : 'older_format', {
      facts: { expected: `frame format ${format_version}`, got: version },
    })
  const said = view.getUint32(4, true)
  if (said !== bytes.length) throw bad(`${said} bytes, as the frame says`, bytes.length)
  const checksum = xxh32(bytes.subarray(12))
  if (view.getUint32(8, true) !== checksum) throw bad(`the checksum ${view.getUint32(8, true)}`, checksum)
  try {
    return decodeBody(new ByteReader(bytes.subarray(header_bytes)), view.getUint8(3))
  } catch (error) {
    if (error instanceof BrokenBytes)
      throw new DarqError('bad_frame', { facts: { expected: 'a frame', got: error.message } })
    throw error
  }
}

function decodeBody(reader: ByteReader, type: number): Frame {
  const epoch = reader.whole('epoch') as Epoch
  const host = reader.text(host_id_bytes_max, 'host')
  if (!/^[^#/]+#[^#/]+$/.test(host)) throw new BrokenBytes(`host: not a host id: ${host}`)
  const addressee = reader.text(host_id_bytes_max, 'addressee')
  const from = reader.text(darq_name_bytes_max, 'sending DARQ')
  const to = reader.text(darq_name_bytes_max, 'addressed DARQ')
  if (from === '' || to === '') throw new BrokenBytes('a DARQ without a name')
  const lineage = Lineage.read(reader)
  const dependencies = reader.u16('dependencies')
  if (dependencies !== 0) throw new BrokenBytes(`${dependencies} dependencies: speculative messages are not taken here`)
  const envelope = { host, epoch, lineage, from, to, addressee }
  if (type === type_data) {
    const first = reader.whole('sequence')
    const version = reader.whole('version') as Version
    const messages_bytes = reader.u32('messages')
    const messages = reader.align('messages').raw(messages_bytes, 'messages')
    const count = countMessages(messages)
    if (typeof count === 'string') throw new BrokenBytes(count)
    if (first < 1) throw new BrokenBytes('sequences start at 1')
    end(reader)
    return { type: 'data', ...envelope, first, version, messages, count }
  }
  if (type === type_ack) {
    const echo = reader.whole('echo') as Epoch
    const expected = reader.whole('expected')
    const committed = reader.whole('committed')
    if (expected < 1 || committed < 1 || committed > expected)
      throw new BrokenBytes(`committed ${committed} of expected ${expected}`)
    end(reader)
    return { type: 'ack', ...envelope, echo, expected, committed }
  }
  throw new BrokenBytes(`type ${type}`)
}

function end(reader: ByteReader): void {
  if (reader.left !== 0) throw new BrokenBytes(`${reader.left} bytes behind the end`)
}

const bad = (expected: string, got: number): DarqError => new DarqError('bad_frame', { facts: { expected, got } })
