/**
 * Words as bytes. `words-reader.ts` is the way back; `frame.ts` is what goes around them.
 *
 * @module
 */
import { encodePlainBytes } from '../crest/wire/plain.ts'
import type { ByteWriter } from '../engine/byte-codec.ts'
import type { ErrorFacts } from '../error.ts'
import type { DeliveredItem, Reference, RestoreItem, StepOut, StepWord, Word, WordItem } from './words.ts'

const message_characters_max = 2_000
const facts_bytes_max = 16_384

export function writeWord(writer: ByteWriter, word: Word): void {
  switch (word.type) {
    case 'hello':
      writer.text(word.session).u32(word.window.bytes).u32(word.window.messages)
      return
    case 'step':
      writeStep(writer, word)
      return
    case 'credit':
      writer.f64(word.bytes).f64(word.messages)
      return
    case 'leave':
      writer.u8(word.error === undefined ? 0 : 1)
      if (word.error) writeError(writer, word.error)
      return
    case 'welcome':
      writer.text(word.session).f64(word.incarnation).text(word.darq)
      writer
        .u8(word.resumed ? 1 : 0)
        .f64(word.durable)
        .f64(word.committed)
      return
    case 'refused':
    case 'detached':
      writeError(writer, word.error)
      return
    case 'restored':
      writer.u8(word.last ? 1 : 0)
      writeList(writer, word.items, writeRestoreItem)
      return
    case 'delivered':
      writeDelivered(writer, word.messages)
      return
    case 'accepted':
      writer.f64(word.step).f64(word.completion).f64(word.checkpoint)
      writeList(writer, word.remembered, (to, lsn) => to.f64(lsn))
      writeList(writer, word.sent, (to, lsn) => to.f64(lsn))
      return
    case 'rejected':
      writer.f64(word.step)
      writeError(writer, word.error)
      return
    case 'grades':
      writer.f64(word.durable).f64(word.committed)
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

function writeItem(writer: ByteWriter, { lsn, bytes }: WordItem): void {
  writer.f64(lsn)
  writeBytes(writer, bytes)
}

function writeStep(writer: ByteWriter, { step, consume, send, remember, checkpoint }: StepWord): void {
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
