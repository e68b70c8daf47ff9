/**
 * Writes protocol messages as bytes. `protocol-reader.ts` reads them back; `frame.ts` is what goes around them.
 *
 * @module
 */
import { encodePlainBytes } from '../crest/wire/plain.ts'
import type { ByteWriter } from '../engine/byte-codec.ts'
import type { ErrorFacts } from '../error.ts'
import type {
  DeliveredItem,
  ProtocolMessage,
  RecordItem,
  Reference,
  RestoreItem,
  StepMessage,
  StepOut,
} from './protocol-message.ts'

const message_characters_max = 2_000
const facts_bytes_max = 16_384

export function writeProtocolMessage(writer: ByteWriter, message: ProtocolMessage): void {
  switch (message.type) {
    case 'hello':
      writer.text(message.session).u32(message.window.bytes).u32(message.window.messages)
      return
    case 'step':
      writeStep(writer, message)
      return
    case 'credit':
      writer.f64(message.bytes).f64(message.messages)
      return
    case 'leave':
      writer.u8(message.error === undefined ? 0 : 1)
      if (message.error) writeError(writer, message.error)
      return
    case 'welcome':
      writer.text(message.session).f64(message.incarnation).text(message.darq)
      writer
        .u8(message.resumed ? 1 : 0)
        .f64(message.durable)
        .f64(message.committed)
      return
    case 'refused':
    case 'detached':
      writeError(writer, message.error)
      return
    case 'restored':
      writer.u8(message.last ? 1 : 0)
      writeList(writer, message.items, writeRestoreItem)
      return
    case 'delivered':
      writeDelivered(writer, message.messages)
      return
    case 'accepted':
      writer.f64(message.step).f64(message.completion).f64(message.checkpoint)
      writeList(writer, message.remembered, (to, lsn) => to.f64(lsn))
      writeList(writer, message.sent, (to, lsn) => to.f64(lsn))
      return
    case 'rejected':
      writer.f64(message.step)
      writeError(writer, message.error)
      return
    case 'grades':
      writer.f64(message.durable).f64(message.committed)
      return
    case 'beat':
      return
  }
}

function writeList<T>(writer: ByteWriter, items: readonly T[], write: (writer: ByteWriter, item: T) => void): void {
  writer.u32(items.length)
  for (const item of items) write(writer, item)
}

function writeBytes(writer: ByteWriter, bytes: Uint8Array): void {
  writer.u32(bytes.length).raw(bytes)
}

function writeItem(writer: ByteWriter, { lsn, bytes }: RecordItem): void {
  writer.f64(lsn)
  writeBytes(writer, bytes)
}

function writeStep(writer: ByteWriter, { step, consume, send, remember, checkpoint }: StepMessage): void {
  writer.f64(step)
  writeList(writer, consume, writeReference)
  writeList(writer, send, writeOut)
  writeList(writer, remember, writeBytes)
  writer.u8(checkpoint === undefined ? 0 : 1)
  if (checkpoint) writeBytes(writer, checkpoint)
}

function writeReference(writer: ByteWriter, reference: Reference): void {
  if (typeof reference === 'number') writer.u8(0).f64(reference)
  else
    writer
      .u8(reference.part === 'remembered' ? 1 : 2)
      .f64(reference.step)
      .u32(reference.index)
}

function writeOut(writer: ByteWriter, { to, bytes, due_ms, gate }: StepOut): void {
  writer.text(to).u8((due_ms === undefined ? 0 : 1) | (gate === undefined ? 0 : 2))
  if (due_ms !== undefined) writer.f64(due_ms)
  writeBytes(writer, bytes)
}

function writeRestoreItem(writer: ByteWriter, item: RestoreItem): void {
  writer.u8(item.kind === 'checkpoint' ? 1 : item.kind === 'self' ? 2 : 3)
  if (item.kind === 'timer') writer.text(item.to).f64(item.due_ms)
  writeItem(writer, item)
}

/** Messages of one sender that follow each other name it once. */
function writeDelivered(writer: ByteWriter, messages: readonly DeliveredItem[]): void {
  writer.u32(messages.length)
  let from: string | undefined
  for (const message of messages) {
    writer.u8(message.from === from ? 0 : 1)
    if (message.from !== from) writer.text(message.from)
    from = message.from
    writer.f64(message.sequence)
    writeItem(writer, message)
  }
}

/** Facts that are no plain data, or far too many, stay behind: the code is what programs go by. */
function writeError(writer: ByteWriter, { code, message, retryable, facts }: ErrorFacts): void {
  const bytes = facts === undefined ? undefined : encodePlainBytes(facts)
  const kept = bytes !== undefined && bytes.length <= facts_bytes_max ? bytes : undefined
  writer.text(code).text(message.slice(0, message_characters_max))
  writer.u8((retryable ? 1 : 0) | (kept ? 2 : 0))
  if (kept) writeBytes(writer, kept)
}
