/**
 * Reads protocol messages from bytes that can't be trusted.
 *
 * @module
 */
import { decodePlain } from '../crest/wire/plain.ts'
import { BrokenBytes, type ByteReader } from '../engine/byte-codec.ts'
import { darq_name_bytes_max } from '../engine/host-id.ts'
import type { Incarnation, Lsn } from '../engine/types.ts'
import type { ErrorFacts } from '../error.ts'
import type { DeliveredItem, ProtocolMessage, RecordItem, Reference, RestoreItem, StepOut } from './protocol-message.ts'
import { protocolMessageTypes } from './protocol-message.ts'

const session_bytes_max = 64
const code_bytes_max = 256
const message_bytes_max = 8_192
/** Of a producer's id, which becomes text with up to three bytes for each of its own. */
const from_bytes_max = 4_096

/** @throws {BrokenBytes} */
export function readProtocolMessage(reader: ByteReader, type_number: number): ProtocolMessage {
  const type = protocolMessageTypes[type_number - 1]
  const message = type === undefined ? undefined : readBody(reader, type)
  if (message === undefined) throw new BrokenBytes(`type ${type_number}`)
  if (reader.left !== 0) throw new BrokenBytes(`${reader.left} bytes behind the end`)
  return message
}

function readBody(reader: ByteReader, type: ProtocolMessage['type']): ProtocolMessage {
  switch (type) {
    case 'hello': {
      const session = reader.text(session_bytes_max, 'session')
      return { type, session, window: { bytes: reader.u32('window'), messages: reader.u32('window') } }
    }
    case 'step':
      return {
        type,
        step: positive(reader, 'step'),
        consume: readList(reader, 'consumed', readReference),
        send: readList(reader, 'sent', readOut),
        remember: readList(reader, 'remembered', (from) => readBytes(from, 'remembered')),
        checkpoint: flag(reader, 'checkpoint') ? readBytes(reader, 'checkpoint') : undefined,
      }
    case 'credit':
      return { type, bytes: reader.whole('credit'), messages: reader.whole('credit') }
    case 'leave':
      return { type, error: flag(reader, 'error') ? readError(reader) : undefined }
    case 'welcome':
      return {
        type,
        session: reader.text(session_bytes_max, 'session'),
        incarnation: positive(reader, 'incarnation') as Incarnation,
        darq: reader.text(darq_name_bytes_max, 'DARQ'),
        resumed: flag(reader, 'resumed'),
        durable: lsn(reader),
        committed: lsn(reader),
      }
    case 'refused':
    case 'detached':
      return { type, error: readError(reader) }
    case 'restored': {
      const last = flag(reader, 'last')
      return { type, last, items: readList(reader, 'items', readRestoreItem) }
    }
    case 'delivered': {
      const sender: Sender = { name: undefined }
      return { type, messages: readList(reader, 'messages', (from) => readDelivered(from, sender)) }
    }
    case 'accepted':
      return {
        type,
        step: positive(reader, 'step'),
        completion: lsn(reader),
        checkpoint: lsn(reader),
        remembered: readList(reader, 'remembered', lsn),
        sent: readList(reader, 'sent', lsn),
      }
    case 'rejected':
      return { type, step: positive(reader, 'step'), error: readError(reader) }
    case 'grades':
      return { type, durable: lsn(reader), committed: lsn(reader) }
    case 'beat':
      return { type }
  }
}

const lsn = (reader: ByteReader): Lsn => reader.whole('LSN') as Lsn

function positive(reader: ByteReader, what: string): number {
  const value = reader.whole(what)
  if (value < 1) throw new BrokenBytes(`${what}: counted from 1`)
  return value
}

function flag(reader: ByteReader, what: string): boolean {
  const value = reader.u8(what)
  if (value > 1) throw new BrokenBytes(`${what}: 0 or 1, not ${value}`)
  return value === 1
}

/** Every item takes bytes: a count that lies ends with them, and nothing is allocated for it. */
function readList<T>(reader: ByteReader, what: string, read: (reader: ByteReader) => T): T[] {
  const count = reader.u32(what)
  const items: T[] = []
  for (let i = 0; i < count; i += 1) items.push(read(reader))
  return items
}

const readBytes = (reader: ByteReader, what: string): Uint8Array => reader.raw(reader.u32(what), what)

const readItem = (reader: ByteReader): RecordItem => ({ lsn: lsn(reader), bytes: readBytes(reader, 'payload') })

function readReference(reader: ByteReader): Reference {
  const part = reader.u8('reference')
  if (part === 0) return lsn(reader)
  if (part > 2) throw new BrokenBytes(`reference: of kind ${part}`)
  const step = positive(reader, 'step')
  return { step, part: part === 1 ? 'remembered' : 'sent', index: reader.u32('index') }
}

function readOut(reader: ByteReader): StepOut {
  const to = reader.text(darq_name_bytes_max, 'destination')
  const flags = reader.u8('flags')
  if (flags > 3) throw new BrokenBytes(`flags ${flags}`)
  const due_ms = (flags & 1) === 0 ? undefined : reader.f64('due')
  if (due_ms !== undefined && !Number.isFinite(due_ms)) throw new BrokenBytes(`due: ${due_ms}`)
  const bytes = readBytes(reader, 'payload')
  return {
    to,
    bytes,
    ...(due_ms !== undefined && { due_ms }),
    ...((flags & 2) !== 0 && { gate: 'committed' as const }),
  }
}

function readRestoreItem(reader: ByteReader): RestoreItem {
  const kind = reader.u8('kind')
  if (kind === 1 || kind === 2) return { kind: kind === 1 ? 'checkpoint' : 'self', ...readItem(reader) }
  if (kind !== 3) throw new BrokenBytes(`item: of kind ${kind}`)
  const to = reader.text(darq_name_bytes_max, 'destination')
  return { kind: 'timer', to, due_ms: reader.f64('due'), ...readItem(reader) }
}

interface Sender {
  name: string | undefined
}

function readDelivered(reader: ByteReader, sender: Sender): DeliveredItem {
  if (flag(reader, 'sender')) sender.name = reader.text(from_bytes_max, 'sender')
  if (sender.name === undefined) throw new BrokenBytes('a first message without a sender')
  const sequence = reader.whole('sequence')
  return { from: sender.name, sequence, ...readItem(reader) }
}

function readError(reader: ByteReader): ErrorFacts {
  const code = reader.text(code_bytes_max, 'code')
  // A code that this build doesn't know is still a code: it is shown, and not switched on.
  if (!/^([a-z_]+|app:.*)$/s.test(code)) throw new BrokenBytes('code: not the code of an error')
  const message = reader.text(message_bytes_max, 'message')
  const flags = reader.u8('flags')
  if (flags > 3) throw new BrokenBytes(`flags ${flags}`)
  const error = { code: code as ErrorFacts['code'], message, retryable: (flags & 1) === 1 }
  return (flags & 2) === 0 ? error : { ...error, facts: decodePlain(readBytes(reader, 'facts')) }
}
