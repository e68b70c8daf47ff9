/**
 * The layout of a stored value, the same in every adapter. Little-endian; format version 1:
 *
 * | at | type | what |
 * | --- | --- | --- |
 * | 0 | u32 | checksum: XXH32 of everything behind it |
 * | 4 | u16 | magic `0xDA57` |
 * | 6 | u8 | format version; at 7 its complement, so that a flipped bit is not taken for another format |
 * | 8 | u8 | kind: 1 store, 2 claim, 3 commit |
 * | 9 | u8 | 0 |
 * | 10 | u16 | part; at 12 u16 parts: a large commit stands in several records |
 * | 14 | u16 | 0 |
 * | 16 | f64 × 8 | number, head, cleared, claim, from, epoch, version, wakeAt_ms ({@link StoredRecord}) |
 * | 80 | | body |
 *
 * @module
 */
import { xxh32 } from '@darq/core'
import { DarqError, type Plain } from '../error.ts'

/** The only format that this code reads and writes. */
export const FORMAT = 1
export const HEADER_BYTES = 80
const MAGIC = 0xda57
const PARTS_MAX = 0xffff

const kinds = ['store', 'claim', 'commit'] as const
export type RecordKind = (typeof kinds)[number]

/** One stored value. The store record has number 0 and the generation as its body; of its other fields only `cleared` counts. */
export interface StoredRecord {
  readonly kind: RecordKind
  readonly part: number
  readonly parts: number
  /** Its place: dense, never used twice, also not after a rollback. */
  readonly number: number
  /** The oldest number that is still needed. Whatever is missing from there on is damage, or was dropped by a claim. */
  readonly head: number
  /** Numbers from 1 below this were deleted, except for the newest claim's. At most `head`. */
  readonly cleared: number
  /** Number of the newest claim before this record that still counts; 0 without one. */
  readonly claim: number
  /** Of a commit: its first part's number. Of a claim: the first number that it dropped, its own if none. */
  readonly from: number
  readonly epoch: number
  /** Of a commit: its version. Of a claim: the newest version that survived. */
  readonly version: number
  readonly wakeAt_ms: number | undefined
  readonly body: Uint8Array
}

/** @returns an error `corrupt` that says what was expected and what was found */
export function corrupt(what: string, expected: Plain, got: Plain): DarqError {
  return new DarqError('corrupt', { facts: { what, expected, got } })
}

export function encodeRecord(record: StoredRecord): Uint8Array<ArrayBuffer> {
  const value = new Uint8Array(HEADER_BYTES + record.body.length)
  const view = new DataView(value.buffer)
  view.setUint16(4, MAGIC, true)
  view.setUint8(6, FORMAT)
  view.setUint8(7, 255 - FORMAT)
  view.setUint8(8, kinds.indexOf(record.kind) + 1)
  if (record.parts > PARTS_MAX) throw new DarqError('too_large', { facts: { expected: PARTS_MAX, got: record.parts } })
  view.setUint16(10, record.part, true)
  view.setUint16(12, record.parts, true)
  view.setFloat64(16, record.number, true)
  view.setFloat64(24, record.head, true)
  view.setFloat64(32, record.cleared, true)
  view.setFloat64(40, record.claim, true)
  view.setFloat64(48, record.from, true)
  view.setFloat64(56, record.epoch, true)
  view.setFloat64(64, record.version, true)
  view.setFloat64(72, record.wakeAt_ms ?? Number.NaN, true)
  value.set(record.body, HEADER_BYTES)
  view.setUint32(0, xxh32(value.subarray(4)), true)
  return value
}

/**
 * Reads what may be anything.
 *
 * @param number the place it was found at
 * @returns a record whose body is a view of `value`
 * @throws {DarqError} `corrupt`, `newer_format`, `older_format`, and nothing else
 */
export function decodeRecord(value: unknown, number: number): StoredRecord {
  if (!(value instanceof Uint8Array))
    throw corrupt(`value ${number}`, 'bytes', value === undefined ? 'nothing' : typeof value)
  if (value.length < HEADER_BYTES) throw corrupt(`length of value ${number}`, HEADER_BYTES, value.length)
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  const magic = view.getUint16(4, true)
  if (magic !== MAGIC) throw corrupt(`magic of value ${number}`, MAGIC, magic)
  const format = view.getUint8(6)
  if (view.getUint8(7) !== 255 - format) throw corrupt(`format of value ${number}`, 255 - format, view.getUint8(7))
  if (format !== FORMAT) throw otherFormat(format)
  const checksum = view.getUint32(0, true)
  const computed = xxh32(value.subarray(4))
  if (checksum !== computed) throw corrupt(`checksum of value ${number}`, checksum, computed)
  const kind = kinds[view.getUint8(8) - 1]
  if (kind === undefined) throw corrupt(`kind of value ${number}`, kinds, view.getUint8(8))
  const wakeAt_ms = view.getFloat64(72, true)
  const record: StoredRecord = {
    kind,
    part: view.getUint16(10, true),
    parts: view.getUint16(12, true),
    number: integer(view, 16, 'number'),
    head: integer(view, 24, 'head'),
    cleared: integer(view, 32, 'cleared'),
    claim: integer(view, 40, 'claim'),
    from: integer(view, 48, 'from'),
    epoch: integer(view, 56, 'epoch'),
    version: integer(view, 64, 'version'),
    wakeAt_ms: Number.isNaN(wakeAt_ms) ? undefined : wakeAt_ms,
    body: value.subarray(HEADER_BYTES),
  }
  if (record.number !== number) throw corrupt('number', number, record.number)
  if (record.part >= record.parts) throw corrupt(`part of value ${number}`, record.parts, record.part)
  if (record.cleared > record.head || record.head > number || record.from > number || record.claim > number) {
    throw corrupt(`order of value ${number}`, 'cleared ≤ head ≤ number; from, claim ≤ number', { ...facts(record) })
  }
  return record
}

/** @returns the error that names the format that this code knows, and the one that was found */
export function otherFormat(got: number): DarqError {
  return new DarqError(got > FORMAT ? 'newer_format' : 'older_format', {
    facts: { what: 'format of the store', expected: FORMAT, got },
  })
}

function facts({ cleared, head, from, claim }: StoredRecord): { [key: string]: number } {
  return { cleared, head, from, claim }
}

function integer(view: DataView, at: number, what: string): number {
  const value = view.getFloat64(at, true)
  if (!Number.isSafeInteger(value) || value < 0) throw corrupt(what, 'an integer below 2^53', String(value))
  return value
}
