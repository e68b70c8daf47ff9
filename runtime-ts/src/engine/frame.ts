/**
 * What hosts say to each other: frames. Hostile until decoded.
 *
 * ```text
 * 0  u16 magic 0xDA9F   2  u8 format version   3  u8 type   4  u32 bytes of the frame   8  u32 XXH32 of what follows
 * 12 u32 0              16 the sender's standing: epoch, host id, lineage, durable version, committed version; the
 *                          addressee's host id; then what the type says
 * ```
 *
 * @module
 */
import { xxh32 } from '@darq/core'
import { DarqError } from '../error.ts'
import { BrokenBytes, ByteReader, ByteWriter } from './byte-codec.ts'
import { type Dependency, readDependencies, writeDependencies } from './dependency.ts'
import { darq_name_bytes_max, host_id_bytes_max, isHostId } from './host-id.ts'
import { Lineage } from './lineage.ts'
import { countMessages } from './messages.ts'
import type { Standing } from './peer.ts'
import type { Epoch, Version } from './types.ts'

const magic = 0xda9f
const format_version = 2
const header_bytes = 16
const types = ['data', 'ack', 'ask', 'told'] as const
const states_max = 1_024

interface Envelope extends Standing {
  /** The host id that is meant; '' when the sender doesn't know it yet. */
  readonly addressee: string
}

interface Channelled extends Envelope {
  /** The sending DARQ, and the one addressed. */
  readonly from: string
  readonly to: string
}

/** Messages of a channel; a *hello* when there are none: it asks what the receiver expects. */
export interface Data extends Channelled {
  readonly type: 'data'
  /** Sequence of the first message; in a hello, of the next that would be sent. */
  readonly first: number
  /** The newest version of the sender that holds one of them. */
  readonly version: Version
  /** States of other hosts that this version depends on, and that are not known to be durable. */
  readonly dependencies: readonly Dependency[]
  readonly messages: Uint8Array
  readonly count: number
}

/**
 * What a receiver has: the answer to each data frame, at once or when what came is committed; and unasked, when speculative
 * messages are.
 */
export interface Ack extends Channelled {
  readonly type: 'ack'
  /** The epoch of the addressee that the sender has examined. `expected` counts only if it is the present one. */
  readonly echo: Epoch
  /** The sequence behind the last message of the frame that it answers; 0 when unasked. */
  readonly answers: number
  readonly expected: number
  /** Every message below this sequence is committed and will never be wanted again. */
  readonly committed: number
}

/** Asks the addressee to tell when these versions of its epochs are durable, or lost. */
export interface Ask extends Envelope {
  readonly type: 'ask'
  readonly states: readonly Omit<Dependency, 'host'>[]
}

/** The answer is the sender's standing itself. */
export interface Told extends Envelope {
  readonly type: 'told'
}

export type Frame = Data | Ack | Ask | Told

/** For all frames: each is copied out of it. */
const writer = new ByteWriter(4_096)

export function encodeFrame(frame: Frame): Uint8Array {
  writer
    .clear()
    .u16(magic)
    .u8(format_version)
    .u8(types.indexOf(frame.type) + 1)
  writer.u32(0).u32(0).u32(0)
  writer.f64(frame.epoch).text(frame.host)
  frame.lineage.write(writer)
  writer.f64(frame.durable).f64(frame.settled).text(frame.addressee)
  switch (frame.type) {
    case 'data':
      writer.text(frame.from).text(frame.to).f64(frame.first).f64(frame.version)
      writeDependencies(writer, frame.dependencies)
      writer.u32(frame.messages.length).align().raw(frame.messages)
      break
    case 'ack':
      writer.text(frame.from).text(frame.to).f64(frame.echo).f64(frame.answers)
      writer.f64(frame.expected).f64(frame.committed)
      break
    case 'ask':
      writer.u32(frame.states.length)
      for (const { epoch, version } of frame.states) writer.f64(epoch).f64(version)
  }
  writer.patchU32(4, writer.at)
  const bytes = writer.done()
  new DataView(bytes.buffer).setUint32(8, xxh32(bytes.subarray(12)), true)
  return bytes
}

/**
 * Who a frame says it is from, before anything of it is checked: what carries it may know better.
 *
 * @returns the host id. Until `decodeFrame` has taken the whole, it is no more than a claim
 * @throws {DarqError} `bad_frame` for what is no frame of this format
 */
export function senderOf(bytes: Uint8Array): string {
  const head = bytes.length < header_bytes ? undefined : new DataView(bytes.buffer, bytes.byteOffset)
  if (head?.getUint16(0, true) !== magic || head.getUint8(2) !== format_version)
    throw bad(`a frame of format ${format_version}`, bytes.length)
  try {
    const reader = new ByteReader(bytes.subarray(header_bytes))
    reader.whole('epoch')
    return reader.text(host_id_bytes_max, 'host')
  } catch (error) {
    throw broken(error)
  }
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
    throw broken(error)
  }
}

function decodeBody(reader: ByteReader, type: number): Frame {
  const epoch = reader.whole('epoch') as Epoch
  const host = reader.text(host_id_bytes_max, 'host')
  if (!isHostId(host)) throw new BrokenBytes(`host: not a host id: ${host}`)
  const lineage = Lineage.read(reader)
  const durable = reader.whole('durable version') as Version
  const settled = reader.whole('committed version') as Version
  const addressee = reader.text(host_id_bytes_max, 'addressee')
  if (settled > durable) throw new BrokenBytes(`committed ${settled} of durable ${durable}`)
  const envelope = { host, epoch, lineage, durable, settled, addressee }
  const frame = decodeType(reader, envelope, types[type - 1])
  if (frame === undefined) throw new BrokenBytes(`type ${type}`)
  if (reader.left !== 0) throw new BrokenBytes(`${reader.left} bytes behind the end`)
  return frame
}

function decodeType(reader: ByteReader, envelope: Envelope, type: Frame['type'] | undefined): Frame | undefined {
  switch (type) {
    case 'data':
      return { type, ...envelope, ...names(reader), ...dataOf(reader) }
    case 'ack':
      return { type, ...envelope, ...names(reader), ...ackOf(reader) }
    case 'ask':
      return { type, ...envelope, states: statesOf(reader) }
    case 'told':
      return { type, ...envelope }
  }
}

function names(reader: ByteReader): Pick<Data, 'from' | 'to'> {
  const from = reader.text(darq_name_bytes_max, 'sending DARQ')
  const to = reader.text(darq_name_bytes_max, 'addressed DARQ')
  if (from === '' || to === '') throw new BrokenBytes('a DARQ without a name')
  return { from, to }
}

function dataOf(reader: ByteReader): Omit<Data, 'type' | 'from' | 'to' | keyof Envelope> {
  const first = reader.whole('sequence')
  const version = reader.whole('version') as Version
  const dependencies = readDependencies(reader)
  const messages_bytes = reader.u32('messages')
  const messages = reader.align('messages').raw(messages_bytes, 'messages')
  const count = countMessages(messages)
  if (typeof count === 'string') throw new BrokenBytes(count)
  if (first < 1) throw new BrokenBytes('sequences start at 1')
  return { first, version, dependencies, messages, count }
}

function ackOf(reader: ByteReader): Omit<Ack, 'type' | 'from' | 'to' | keyof Envelope> {
  const echo = reader.whole('echo') as Epoch
  const answers = reader.whole('answers')
  const expected = reader.whole('expected')
  const committed = reader.whole('committed')
  if (expected < 1 || committed < 1 || committed > expected)
    throw new BrokenBytes(`committed ${committed} of expected ${expected}`)
  return { echo, answers, expected, committed }
}

function statesOf(reader: ByteReader): Ask['states'] {
  const count = reader.u32('states')
  if (count > states_max) throw new BrokenBytes(`${count} states, at most ${states_max}`)
  return Array.from({ length: count }, () => ({
    epoch: reader.whole('epoch of a state') as Epoch,
    version: reader.whole('version of a state') as Version,
  }))
}

const bad = (expected: string, got: number): DarqError => new DarqError('bad_frame', { facts: { expected, got } })

const broken = (error: unknown): unknown =>
  error instanceof BrokenBytes
    ? new DarqError('bad_frame', { facts: { expected: 'a frame', got: error.message } })
    : error
