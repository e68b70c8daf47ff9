/**
 * Segments built by hand (FORMAT.md), with another implementation's checksum.
 *
 * @module
 */
import xxhash from 'xxhash-wasm'
import { Kind } from '../src/core.ts'
import { join, text } from './frames.ts'

const { h32Raw } = await xxhash()

/** A sealed segment. */
export function segment(lsn: number, ...records: readonly Uint8Array[]): Uint8Array {
  const header = new Uint8Array(32)
  const view = new DataView(header.buffer)
  view.setUint32(0, 32, true)
  header.set([Kind.segment, 1, 0x9c, 0xda], 4)
  view.setBigUint64(8, BigInt(lsn), true)
  return sign(join([header, ...records]))
}

/** Sets body length and checksum right, in place. */
export function sign(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  view.setUint32(16, bytes.length - 32, true)
  view.setUint32(20, h32Raw(bytes.subarray(0, 20), h32Raw(bytes.subarray(32), 0)), true)
  return bytes
}

export interface Entry {
  readonly table: 0 | 1 | 2
  readonly next: number
  readonly id: string
  /** Seconds since 1970. */
  readonly used_s?: number
}

/** A `tables` record: one part of a snapshot. */
export function tables(flags: number, entries: readonly Entry[]): Uint8Array {
  const parts = entries.map(({ table, next, id, used_s = 0 }) => {
    const name = text(id)
    const part = new Uint8Array(16 + Math.ceil(name.length / 8) * 8)
    const view = new DataView(part.buffer)
    view.setUint8(0, table)
    view.setUint16(2, name.length, true)
    view.setUint32(4, used_s, true)
    view.setBigUint64(8, BigInt(next), true)
    part.set(name, 16)
    return part
  })
  const record = join([new Uint8Array(16), ...parts])
  const view = new DataView(record.buffer)
  view.setUint32(0, record.length, true)
  record.set([Kind.tables, flags], 4)
  view.setUint32(8, entries.length, true)
  return record
}
