/**
 * One commit as one value: a header, then each version that it makes durable, with what the version depends on and each
 * dirty DARQ's sealed bytes, which carry checksums of their own.
 *
 * ```text
 * u32 magic  u16 format version  u16 0  f64 epoch  f64 committed mark  u32 count of versions  u32 0
 * per version: f64 version  u32 count of DARQs  u32 dependencies
 *   per dependency: text host id (u16 length + UTF-8)  f64 epoch  f64 version
 *   per DARQ: text name  u8 flags (1: whole, replaces what was stored of it)  u32 bytes  pad to 8  bytes
 * ```
 *
 * @module
 */
import { DarqError } from '../error.ts'
import { BrokenBytes, ByteReader, ByteWriter } from './byte-codec.ts'
import { type Dependency, readDependencies, writeDependencies } from './dependency.ts'
import { darq_name_bytes_max } from './host-id.ts'
import type { Epoch, Version } from './types.ts'

const magic = 0xda9c0117
const format_version = 2
const flag_whole = 1
const at_count = 24

/** One DARQ's part of a version. */
export interface Part {
  readonly name: string
  /** It is all of the DARQ's live log, and replaces what was stored of it before. */
  readonly whole: boolean
  /** Sealed segments. May be a view: it is copied. */
  readonly bytes: Uint8Array
}

/** A version as it is stored. */
export interface StoredVersion {
  readonly version: Version
  /** What it and the versions before it depended on, and was not known to be durable when it was sealed. */
  readonly dependencies: readonly Dependency[]
  readonly parts: readonly Part[]
}

export interface CommitHeader {
  readonly epoch: Epoch
  /** The newest version known to be committed when this was written. */
  readonly committed: Version
}

export interface StoredCommit extends CommitHeader {
  /** At least one, in order. */
  readonly versions: readonly StoredVersion[]
}

/** Writes a commit's value part by part, so that each view of a core's memory is copied once, before the next call. */
export class CommitWriter {
  readonly #writer: ByteWriter
  #versions = 0
  #parts = 0
  #at_parts = 0

  constructor({ epoch, committed }: CommitHeader, capacity_bytes: number) {
    this.#writer = new ByteWriter(capacity_bytes)
    this.#writer.u32(magic).u16(format_version).u16(0).f64(epoch).f64(committed).u32(0).u32(0)
  }

  /** The next version; its parts follow. */
  version(version: Version, dependencies: readonly Dependency[]): void {
    this.#versions += 1
    this.#parts = 0
    this.#writer.f64(version)
    this.#at_parts = this.#writer.at
    writeDependencies(this.#writer.u32(0), dependencies)
  }

  add({ name, whole, bytes }: Part): void {
    this.#parts += 1
    this.#writer
      .text(name)
      .u8(whole ? flag_whole : 0)
      .u32(bytes.length)
      .align()
      .raw(bytes)
    this.#writer.patchU32(this.#at_parts, this.#parts)
  }

  done(): Uint8Array {
    return this.#writer.patchU32(at_count, this.#versions).done()
  }
}

/** @throws {DarqError} `corrupt`, `newer_format`, `older_format` */
export function decodeCommit(bytes: Uint8Array): StoredCommit {
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
    const committed = reader.whole('committed') as Version
    const count = reader.u32('count of versions')
    reader.u32('reserved')
    if (count === 0) throw new BrokenBytes('no version')
    const versions: StoredVersion[] = []
    for (let i = 0; i < count; i += 1) {
      const next = readVersion(reader)
      if (next.version <= (versions.at(-1)?.version ?? 0)) throw new BrokenBytes(`version ${next.version} out of order`)
      versions.push(next)
    }
    return { epoch, committed, versions }
  } catch (error) {
    if (error instanceof BrokenBytes)
      throw new DarqError('corrupt', { facts: { expected: 'a commit', got: error.message } })
    throw error
  }
}

function readVersion(reader: ByteReader): StoredVersion {
  const version = reader.whole('version') as Version
  const count = reader.u32('count of parts')
  const dependencies = readDependencies(reader)
  const parts: Part[] = []
  for (let i = 0; i < count; i += 1) {
    const name = reader.text(darq_name_bytes_max, 'name')
    const flags = reader.u8('flags')
    const length = reader.u32('bytes')
    parts.push({ name, whole: (flags & flag_whole) !== 0, bytes: reader.align('bytes').raw(length, 'bytes') })
  }
  return { version, dependencies, parts }
}

/** @returns one value that holds these versions, all of one epoch */
export function encodeCommit(header: CommitHeader, versions: readonly StoredVersion[]): Uint8Array {
  const writer = new CommitWriter(header, 4_096)
  for (const { version, dependencies, parts } of versions) {
    writer.version(version, dependencies)
    for (const part of parts) writer.add(part)
  }
  return writer.done()
}
