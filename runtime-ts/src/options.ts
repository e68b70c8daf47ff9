/**
 * Options are checked where they enter: one check for each kind, so that all of them accept and say the same.
 *
 * @module
 */
import { DarqError, type Plain } from './error.ts'

/** @returns the error for an option or argument that can't be */
export function invalid(expected: string, got?: Plain): DarqError {
  return new DarqError('invalid_argument', { facts: got === undefined ? { expected } : { expected, got } })
}

/**
 * @param name of the option
 * @returns the value
 * @throws {DarqError} `invalid_argument` unless it is a whole number from 1 to `max`
 */
export function countOf(name: string, value: number, max: number = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value >= 1 && value <= max) return value
  const range = max === Number.MAX_SAFE_INTEGER ? 'from 1 on' : `from 1 to ${max}`
  throw invalid(`${name}: a whole number ${range}`, shown(value))
}

/** The latest and, negated, the earliest time that a Date can have, in milliseconds since 1970. */
export const time_ms_max = 8.64e15

/** Whether `value` is a time that there can be: arithmetic with it still tells one millisecond from the next. */
export function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= time_ms_max
}

/**
 * @param name of the option
 * @returns the value
 * @throws {DarqError} `invalid_argument` unless it is a time in milliseconds since 1970 that a Date can have
 */
export function timeOf(name: string, value: number): number {
  if (isTime(value)) return value
  throw invalid(`${name}: a time in milliseconds since 1970, at most ${time_ms_max}`, shown(value))
}

/**
 * @param k how many hosts' failures may revoke a message: for all names, or by patterns of names
 * @throws {DarqError} `invalid_argument` for what is neither a whole number from 0 on nor `Infinity`
 */
export function checkK(k: number | Readonly<Record<string, number>>): void {
  for (const [pattern, value] of Object.entries(typeof k === 'number' ? { '*': k } : k))
    if (value !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(value) && value >= 0))
      throw invalid('k: a whole number from 0 on, or Infinity', `${pattern}: ${shown(value)}`)
}

/** @returns the value as text: callers without types may give anything, and not all of it can be made into text */
export function shown(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : typeof value
}
