/**
 * What a core's limits may be.
 *
 * @module
 */
import type { CoreLimits } from './core.ts'

const LOG_BYTES_MAX = 2 ** 30
const ENTRIES_MAX = 2 ** 26

/** @throws {RangeError} a limit is not a whole number in its range, or the key is not 16 bytes */
export function checkLimits(limits: CoreLimits): void {
  within('log_bytes_max', limits.log_bytes_max, LOG_BYTES_MAX)
  within('message_bytes_max', limits.message_bytes_max, LOG_BYTES_MAX)
  within('producers_max', limits.producers_max, ENTRIES_MAX)
  if (limits.hash_key.byteLength !== 16) {
    throw new RangeError(`hash_key: expected 16 bytes, got ${limits.hash_key.byteLength}`)
  }
}

function within(name: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new RangeError(`${name}: expected a whole number from 0 to ${max}, got ${value}`)
  }
}
