/**
 * Structured clone to bytes, as Node offers it. Payloads go in as their `ArrayBuffer`s, which it writes two to three times
 * faster than views.
 *
 * @module
 */
import { deserialize, serialize } from 'node:v8'
import { crc32 } from 'node:zlib'
import { entryOf, type Line, lineOf } from './line.ts'
import { type Serializer, signed, unsigned } from './serializer.ts'

export const v8Serializer: Serializer = {
  name: 'v8.serialize, zlib.crc32',

  serialize(entries) {
    const body = serialize(entries.map((entry) => lineOf(entry, bufferOf)))
    return signed(body, crc32(body))
  },

  deserialize(bytes) {
    const lines: Line<ArrayBuffer>[] = deserialize(unsigned(bytes, crc32))
    return lines.map((line) => entryOf(line, (buffer) => new Uint8Array(buffer)))
  },
}

function bufferOf(payload: Uint8Array<ArrayBuffer>): ArrayBuffer {
  const fills = payload.byteLength === payload.buffer.byteLength
  return fills ? payload.buffer : payload.slice().buffer
}
