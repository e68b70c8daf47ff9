/**
 * Plain values, held and compared.
 *
 * @module
 */
import { decodePlain, encodePlainBytes } from '../crest/wire/plain.ts'
import { DarqError, type Plain } from '../error.ts'

/** What the journal holds and a function sees is one object: nobody may change it. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || Object.isFrozen(value)) return value
  for (const part of Object.values(value)) frozen(part)
  return Object.freeze(value)
}

/** Equal as data, whatever the order of keys; what is undefined is not there. */
export function isSame(one: Plain, other: Plain): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (one instanceof Uint8Array || other instanceof Uint8Array) {
    if (!(one instanceof Uint8Array && other instanceof Uint8Array)) return false
    return one.length === other.length && one.every((byte, index) => byte === other[index])
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const entries = Object.entries(one).filter(isThere)
  const others = new Map<string, Plain>(Object.entries(other).filter(isThere))
  return (
    entries.length === others.size && entries.every(([key, part]) => others.has(key) && isSame(part, others.get(key)))
  )
}

function isThere([, value]: readonly [string, Plain]): boolean {
  return value !== undefined
}

/**
 * As it will be read again: nobody can change it afterwards.
 *
 * @throws {DarqError} `schema` when it can't travel; `too_large` for more than `bytes_max` bytes, or too deep a value
 */
export function plainCopy(value: unknown, bytes_max: number): Plain {
  return decodePlain(fitting(value, bytes_max))
}

/** @throws {DarqError} as {@link plainCopy} */
export function fitting(value: unknown, bytes_max: number): Uint8Array {
  const bytes = encodePlainBytes(value)
  if (bytes.length <= bytes_max) return bytes
  throw new DarqError('too_large', { facts: { expected: `at most ${bytes_max} bytes`, got: bytes.length } })
}
