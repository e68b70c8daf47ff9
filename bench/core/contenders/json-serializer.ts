/**
 * JSON, payloads as base64: for runtimes that have no structured clone to bytes.
 *
 * @module
 */
import { xxh32 } from '@darq/core'
import { entryOf, type Line, lineOf } from './line.ts'
import { type Serializer, unsigned, writeChecksum } from './serializer.ts'

/** `Uint8Array.prototype.toBase64` and its counterpart: native where the idiomatic contender runs with JSON. */
interface Base64Bytes extends Uint8Array<ArrayBuffer> {
  toBase64(): string
}
interface FromBase64 {
  fromBase64(text: string): Uint8Array<ArrayBuffer>
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export const jsonSerializer: Serializer = {
  name: 'JSON with base64, XXH32',

  serialize(entries) {
    const text = JSON.stringify(entries.map((entry) => lineOf(entry, encode)))
    // base64 and JSON are ASCII unless an id isn't: one byte a character, and room for the checksum.
    const bytes = new Uint8Array(text.length + 4)
    const { written, read } = encoder.encodeInto(text, bytes)
    if (read !== text.length || written !== text.length) throw new Error('ids are expected in ASCII')
    writeChecksum(bytes, xxh32(bytes.subarray(0, written)))
    return bytes
  },

  deserialize(bytes) {
    const lines: Line<string>[] = JSON.parse(decoder.decode(unsigned(bytes, (body) => xxh32(body))))
    return lines.map((line) => entryOf(line, decode))
  },
}

function encode(payload: Uint8Array<ArrayBuffer>): string {
  return hasBase64(payload) ? payload.toBase64() : btoa(String.fromCharCode(...payload))
}

function decode(text: string): Uint8Array<ArrayBuffer> {
  if (decodesBase64(Uint8Array)) return Uint8Array.fromBase64(text)
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

function hasBase64(payload: Uint8Array<ArrayBuffer>): payload is Base64Bytes {
  return 'toBase64' in payload
}

function decodesBase64(type: typeof Uint8Array): type is typeof Uint8Array & FromBase64 {
  return 'fromBase64' in type
}
