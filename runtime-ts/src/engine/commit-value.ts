/**
 * One commit as one value: a header, then each dirty DARQ's sealed bytes, which carry checksums of their own.
 *
 * ```text
 * u32 magic  u16 format version  u16 0  f64 epoch  f64 version  f64 committed mark  u32 count of DARQs  u32 0
 * per DARQ: text name (u16 length + UTF-8)  u8 flags (1: whole, replaces what was stored of it)  u32 bytes  pad to 8  bytes
 * ```
 *
 * @module
 */
import { DarqError } from '../error.ts'
import { BrokenBytes, ByteReader, ByteWriter } from './byte-codec.ts'
import { darq_name_bytes_max } from './host-id.ts'
import type { Epoch, Version } from './types.ts'

const magic = 0xda9c0117
const format_version = 1
const flag_whole = 1

/** One DARQ's part of a commit. */
export interface Part {
  readonly name: string
  /** It is all of the DARQ's live log, and replaces what was stored of it before. */
  readonly whole: boolean
  /** Sealed segments. May be a view: it is copied. */
  readonly bytes: Uint8Array
}

export interface CommitHeader {
  readonly epoch: Epoch
  readonly version: Version
  /** The newest version known to be committed when this was written. */
  readonly committed: Version
}

/** Writes a commit's value part by part, so that each view of a core's memory is copied once, before the next call. */
export class CommitWriter {
  readonly #writer: ByteWriter
  #count = 0

  constructor(header: CommitHeader, capacity_bytes: number) {
    this.#writer = new ByteWriter(capacity_bytes)
    this.#writer.u32(magic).u16(format_version).u16(0)
    this.#writer.f64(header.epoch).f64(header.version).f64(header.committed).u32(0).u32(0)
  }

  add({ name, whole, bytes }: Part): void {
    this.#count += 1
    this.#writer
      .text(name)
      .u8(whole ? flag_whole : 0)
      .u32(bytes.length)
      .align()
      .raw(bytes)
  }

  done(): Uint8Array {
    return this.#writer.patchU32(32, this.#count).done()
  }
}

/** @throws {DarqError} `corrupt`, `newer_format` */
export function decodeCommit(bytes: Uint8Array): CommitHeader & { readonly parts: readonly Part[] } {
  const reader = new ByteReader(bytes)
  try {
    const got = reader.u32('magic')
    if (got !== magic) throw new BrokenBytes(`magic ${got}, expected ${magic}`)
    const format = reader.u16('format version')
    if (format !== format_version)
      throw new DarqError(format > format_version ? 'newer_format' : 'older_format', {
        facts: { expected: `commit format ${format_version}`, got: format },
      })
    reader.u16('reserved')
    const epoch = reader.whole('epoch') as Epoch
    const version = reader.whole('version') as Version
    const committed = reader.whole('committed') as Version
    const count = reader.u32('count')
    reader.u32('reserved')
    const parts: Part[] = []
    for (let i = 0; i < count; i += 1) {
      const name = reader.text(darq_name_bytes_max, 'name')
      const flags = reader.u8('flags')
      const length = reader.u32('bytes')
      parts.push({ name, whole: (flags & flag_whole) !== 0, bytes: reader.align('bytes').raw(length, 'bytes') })
    }
    return { epoch, version, committed, parts }
  } catch (error) {
    if (error instanceof BrokenBytes)
      throw new DarqError('corrupt', { facts: { expected: 'a commit', got: error.message } })
    throw error
  }
}
