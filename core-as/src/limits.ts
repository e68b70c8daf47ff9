/**
 * What a core's limits may be.
 *
 * @module
 */
import type { CoreLimits } from './core.ts'
import type { VectorsLimits } from './vectors.ts'

const LOG_BYTES_MAX = 2 ** 30
const ENTRIES_MAX = 2 ** 26
/** Idempotency keys, where nothing else is asked for. */
export const KEYS_MAX = 2 ** 16
const HOSTS_MAX = 2 ** 16
const VECTOR_ENTRIES_MAX = 2 ** 20

/** @throws {RangeError} a limit is not a whole number in its range, or the key is not 16 bytes */
export function checkLimits(limits: CoreLimits): void {
  within('log_bytes_max', limits.log_bytes_max, LOG_BYTES_MAX)
  within('message_bytes_max', limits.message_bytes_max, LOG_BYTES_MAX)
  within('producers_max', limits.producers_max, ENTRIES_MAX)
  within('keys_max', limits.keys_max ?? KEYS_MAX, ENTRIES_MAX, 1)
  if (limits.hash_key.byteLength !== 16) {
    throw new RangeError(`hash_key: expected 16 bytes, got ${limits.hash_key.byteLength}`)
  }
}

/** @throws {RangeError} a limit is not a whole number in its range */
export function checkVectorsLimits(limits: VectorsLimits): void {
  within('hosts_max', limits.hosts_max, HOSTS_MAX, 1)
  within('entries_max', limits.entries_max, VECTOR_ENTRIES_MAX, 1)
  within('version', limits.version, Number.MAX_SAFE_INTEGER)
}

function within(name: string, value: number, max: number, min = 0): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${name}: expected a whole number from ${min} to ${max}, got ${value}`)
  }
}
