/**
 * Plain values as bytes: JSON data, `undefined`, every number, and bytes at any depth.
 *
 * Two formats, told apart by the first byte. `J`: JSON text in UTF-8. `B`: `u32` bytes of JSON, the JSON, then the bytes
 * that it refers to. What JSON lacks is written as an object with the key `$`: `{"$":"u"}` is undefined,
 * `{"$":"n","v":"NaN"}` a number, `{"$":"b","at":0,"bytes":3}` bytes. A key of the data that starts with `$` gets one more.
 * So a value of ordinary data costs one walk and one `JSON.stringify`, and reading it one `JSON.parse`.
 *
 * @module
 */

import type { Payload } from '../../engine/types.ts'
import { DarqError, type Plain } from '../../error.ts'

const text = 0x4a // J
const binary = 0x42 // B
/** Deeper values are refused: whoever walks one, here or in a schema, has a stack. What an application hands over: */
const depth_max = 64
/** … as the runtime wraps it for the way back to its asker … */
const wire_depth_max = depth_max + 4
/** … and in its own records. So whatever was taken can be kept. */
const record_depth_max = wire_depth_max + 8

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const littleEndian = true

interface Tail {
  readonly parts: Uint8Array[]
  bytes: number
  /** How deep the value may be. */
  readonly levels: number
}

/** @throws {DarqError} `schema` when the value can't travel: a function, a bigint, a Date, …; `too_large` for a deep one or a loop */
export function encodePlain(value: unknown): Payload {
  return encode(value, depth_max)
}

/** {@link encodePlain}, for what the runtime has put around a value on its way. */
export function encodeWrapped(value: unknown): Payload {
  return encode(value, wire_depth_max)
}

/** {@link encodePlain}, for a record of the runtime's own: what was taken fits. */
export function encodeRecord(value: unknown): Payload {
  return encode(value, record_depth_max)
}

function encode(value: unknown, levels: number): Payload {
  const tail: Tail = { parts: [], bytes: 0, levels }
  const json = JSON.stringify(toJson(value, tail, 0))
  if (tail.parts.length === 0) return `J${json}`
  const head = encoder.encode(json)
  const bytes = new Uint8Array(5 + head.length + tail.bytes)
  bytes[0] = binary
  new DataView(bytes.buffer).setUint32(1, head.length, littleEndian)
  bytes.set(head, 5)
  let at = 5 + head.length
  for (const part of tail.parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** {@link encodePlain}, always as bytes. */
export function encodePlainBytes(value: unknown): Uint8Array {
  return inBytes(encodePlain(value))
}

/** {@link encodeRecord}, always as bytes. */
export function encodeRecordBytes(value: unknown): Uint8Array {
  return inBytes(encodeRecord(value))
}

function inBytes(payload: Payload): Uint8Array {
  return typeof payload === 'string' ? encoder.encode(payload) : payload
}

/**
 * Reads what {@link encodePlain} wrote; nothing of the result points into `bytes`.
 *
 * @throws {DarqError} `bad_frame`, whatever the bytes are; `newer_format` for a format that this code doesn't know
 */
export function decodePlain(bytes: Uint8Array): Plain {
  try {
    if (bytes[0] === text) return parse(bytes.subarray(1), undefined)
    if (bytes[0] === binary) {
      const head_bytes = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(1, littleEndian)
      if (5 + head_bytes > bytes.length) throw new RangeError('the JSON is cut off')
      return parse(bytes.subarray(5, 5 + head_bytes), bytes.subarray(5 + head_bytes))
    }
  } catch (cause) {
    throw new DarqError('bad_frame', { cause, facts: { expected: 'an encoded value', bytes: bytes.length } })
  }
  throw new DarqError(bytes.length === 0 ? 'bad_frame' : 'newer_format', {
    facts: { expected: [text, binary], got: bytes[0] ?? null },
  })
}

/** @returns about how many bytes a payload takes in a log: exact for ASCII text */
export function payloadBytes(payload: Payload): number {
  return payload.length
}

function toJson(value: unknown, tail: Tail, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $: 'n', v: Object.is(value, -0) ? '-0' : `${value}` }
    case 'undefined':
      return { $: 'u' }
    case 'object':
      if (value === null) return value
      if (depth >= tail.levels) throw tooDeep()
      if (value instanceof Uint8Array) return bytesToJson(value, tail)
      if (Array.isArray(value)) return arrayToJson(value, tail, depth)
      return objectToJson(value, tail, depth)
    default:
      throw refused(`a ${typeof value}`)
  }
}

function bytesToJson(value: Uint8Array, tail: Tail): unknown {
  const at = tail.bytes
  tail.parts.push(value)
  tail.bytes += value.length
  return { $: 'b', at, bytes: value.length }
}

/** Copies only when something in it had to be escaped: most values have nothing. */
function arrayToJson(value: readonly unknown[], tail: Tail, depth: number): readonly unknown[] {
  let copy: unknown[] | undefined
  for (let index = 0; index < value.length; index += 1) {
    const item = value[index]
    const escaped = toJson(item, tail, depth + 1)
    if (copy === undefined && escaped !== item) copy = value.slice(0, index)
    copy?.push(escaped)
  }
  return copy ?? value
}

function objectToJson(value: object, tail: Tail, depth: number): object {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null && !isPlainElsewhere(prototype)) {
    throw refused(`a ${value.constructor?.name ?? 'class'}`)
  }
  const entries = Object.entries(value)
  let changed = false
  for (const entry of entries) {
    const escaped = toJson(entry[1], tail, depth + 1)
    const key = entry[0].startsWith('$') ? `$${entry[0]}` : entry[0]
    if (key === entry[0] && escaped === entry[1]) continue
    changed = true
    entry[0] = key
    entry[1] = escaped
  }
  // A toJSON on the prototype is refused with it; an own one is a function, or data that JSON leaves alone.
  return changed ? Object.fromEntries(entries) : value
}

/** Objects of another realm (an iframe, a vm) have another `Object.prototype`. */
function isPlainElsewhere(prototype: unknown): boolean {
  return (
    typeof prototype === 'object' &&
    prototype !== null &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'isPrototypeOf')
  )
}

function tooDeep(): DarqError {
  return new DarqError('too_large', { facts: { expected: `at most ${depth_max} levels, and no loop` } })
}

function refused(what: string): DarqError {
  return new DarqError('schema', { facts: { reason: 'only JSON data and bytes travel', got: what } })
}

function parse(json: Uint8Array, tail: Uint8Array | undefined): Plain {
  const source = decoder.decode(json)
  // The codec's casts: JSON.parse gives nothing but Plain.
  const value = JSON.parse(source) as Plain
  return source.includes('"$') ? fromJson(value, tail, 0) : value
}

function fromJson(value: Plain, tail: Uint8Array | undefined, depth: number): Plain {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  if (depth > record_depth_max) throw new RangeError('too deep')
  if (Array.isArray(value)) return value.map((item) => fromJson(item, tail, depth + 1))
  const fields = value as { readonly [key: string]: Plain }
  if (Object.hasOwn(fields, '$')) return special(fields, tail)
  return Object.fromEntries(
    Object.entries(fields).map(([key, field]) => {
      if (key.startsWith('$') && !key.startsWith('$$')) throw new RangeError('an unknown escape')
      return [key.startsWith('$') ? key.slice(1) : key, fromJson(field, tail, depth + 1)]
    }),
  )
}

const numbers: ReadonlyMap<Plain, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0],
])

function special(fields: { readonly [key: string]: Plain }, tail: Uint8Array | undefined): Plain {
  if (fields.$ === 'u') return undefined
  if (fields.$ === 'n') {
    const number = numbers.get(fields.v)
    if (number !== undefined) return number
  }
  if (fields.$ === 'b' && tail !== undefined) {
    const { at, bytes } = fields
    if (isCount(at) && isCount(bytes) && at + bytes <= tail.length) return tail.slice(at, at + bytes)
  }
  throw new RangeError('an unknown escape')
}

/** Whether a value is a whole number from 0 on, as counts, versions and places are. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
