/**
 * Was a byte written that had no business to be? Two nets: bytes behind what a core was given, and an image of all of its
 * memory.
 *
 * @module
 */
import type { Core, Lsn } from '../../src/core.ts'
import { must } from './hostile-bytes.ts'

const CANARY = 0xa5
export const CANARY_BYTES = 64

/** Where the log, the entries of the tables and the answers of `ingest` stand until a region grows (assembly/regions.ts). */
const LOG_AT = 13_312
const FREE = [
  { from: 64, to: 104 },
  { from: 10_752, to: 12_800 },
] as const

/** Writes `bytes` at `at`, and canaries behind them. */
export function set(core: Core, at: number, bytes: Uint8Array): void {
  core.bytes.fill(CANARY, at + bytes.length, at + bytes.length + CANARY_BYTES)
  core.bytes.set(bytes, at)
}

/** @throws {Error} a canary behind `lsn` + `length` is gone */
export function checkBehind(core: Core, lsn: Lsn, length: number): void {
  const behind = core.at(lsn) + length
  const canaries = core.bytes.subarray(behind, behind + CANARY_BYTES)
  must(
    canaries.every((byte) => byte === CANARY),
    'a byte behind the input was written',
  )
}

/** All of a core's memory before a call. `undefined` once its regions have grown, and what is where is not known here. */
export function imageOf(core: Core): Uint8Array | undefined {
  return core.at(core.start) - core.start === LOG_AT ? core.bytes.slice() : undefined
}

/**
 * Compares the memory after a refusal. Free to write were the place of the input, the answers, and what stands behind the
 * entries; the entries themselves are in the digest.
 *
 * @returns whether it could be compared
 * @throws {Error} another byte is not what it was
 */
export function checkImage(core: Core, image: Uint8Array | undefined, at: number, length: number): boolean {
  const after = imageOf(core)
  if (image === undefined || after === undefined || image.length !== after.length) return false
  let from = 0
  for (const free of [...FREE, { from: at, to: at + length }]) {
    const same = Buffer.compare(image.subarray(from, free.from), after.subarray(from, free.from)) === 0
    must(same, `a byte between ${from} and ${free.from} was written`)
    from = free.to
  }
  must(Buffer.compare(image.subarray(from), after.subarray(from)) === 0, `a byte behind ${from} was written`)
  return true
}
