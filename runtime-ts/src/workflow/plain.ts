/**
 * Plain values, held and compared.
 *
 * @module
 */
import type { Plain } from '../error.ts'

/** What the journal holds and a function sees is one object: nobody may change it. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || Object.isFrozen(value)) return value
  for (const part of Object.values(value)) frozen(part)
  return Object.freeze(value)
}

/** Equal as data, whatever the order of keys. */
export function isSame(one: Plain, other: Plain): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (one instanceof Uint8Array || other instanceof Uint8Array) {
    if (!(one instanceof Uint8Array && other instanceof Uint8Array)) return false
    return one.length === other.length && one.every((byte, index) => byte === other[index])
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const entries = Object.entries(one)
  const others = new Map<string, Plain>(Object.entries(other))
  return (
    entries.length === others.size && entries.every(([key, part]) => others.has(key) && isSame(part, others.get(key)))
  )
}
