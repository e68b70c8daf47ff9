/**
 * Reads records where they stand in a log, as FORMAT.md lays them out.
 *
 * @module
 */
import { type Core, Kind, type Lsn } from '@darq/core'

const decoder = new TextDecoder()

/** Of an out-message or a timer: delivered when the step that made it is committed. */
export const flag_gated = 1

const two_32 = 2 ** 32

/** A whole number below 2^53 as the u64 of FORMAT.md. */
export function writeWhole(words: Uint32Array, word: number, value: number): void {
  words[word] = value % two_32
  words[word + 1] = value / two_32
}

export function readWhole(words: Uint32Array, word: number): number {
  return (words[word + 1] ?? 0) * two_32 + (words[word] ?? 0)
}

/** The payload of the message, self-message, checkpoint or timer at `lsn`: a view, good until the next call of the core. */
export function payload(core: Core, lsn: Lsn): Uint8Array {
  const at = core.at(lsn)
  if (((core.words[(at >>> 2) + 1] ?? 0) & 255) === Kind.timer) return addressed(core, lsn).bytes
  return core.bytes.subarray(at + 8, at + (core.words[at >>> 2] ?? 0))
}

/** A message that carries a destination: an out-message or a timer. */
export function addressed(core: Core, lsn: Lsn): { to: string; flags: number; bytes: Uint8Array } {
  const at = core.at(lsn)
  const head = core.words[(at >>> 2) + 1] ?? 0
  const id_bytes = head >>> 16
  const body = at + 16 + ((id_bytes + 7) & ~7)
  return {
    to: decoder.decode(core.bytes.subarray(at + 16, at + 16 + id_bytes)),
    flags: (head >>> 8) & 255,
    bytes: core.bytes.subarray(body, at + (core.words[at >>> 2] ?? 0)),
  }
}

const due = new Float64Array(1)
const dueWords = new Uint32Array(due.buffer)

export function dueOf(core: Core, lsn: Lsn): number {
  const word = (core.at(lsn) >>> 2) + 2
  dueWords[0] = core.words[word] ?? 0
  dueWords[1] = core.words[word + 1] ?? 0
  return due[0] ?? 0
}
