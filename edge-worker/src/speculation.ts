/**
 * How far the objects of a deployment run ahead of their storage, by where a message goes. Only they can ask each other what
 * is durable: whatever lives elsewhere gets what is committed.
 *
 * @module
 */
import { DarqError } from '@darq/runtime'
import { mostExact } from './scope.ts'

export type K = number | Readonly<Record<string, number>>

/** @throws {DarqError} `schema` for what is no whole number from 0 up, nor `Infinity` */
export function checkK(k: K): void {
  for (const [pattern, value] of Object.entries(typeof k === 'number' ? { '*': k } : k))
    if (!(value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && value >= 0)))
      throw new DarqError('schema', {
        facts: { expected: 'k: a whole number from 0, or Infinity', got: `${pattern}: ${value}` },
      })
}

/**
 * @param here names and families that live in this deployment
 * @param elsewhere those that routes lead away to; of two patterns that fit a name, the most exact one counts
 * @returns K for each pattern. What fits none of them has 0.
 * @throws {DarqError} `schema` when more than 0 is asked for what lives elsewhere
 */
export function speculationOf(k: K, here: readonly string[], elsewhere: readonly string[]): Record<string, number> {
  const wanted = typeof k === 'number' ? { '*': k } : k
  const places = [...here.filter((pattern) => !elsewhere.includes(pattern)), ...elsewhere]
  const isHere = (pattern: string): boolean => {
    const place = mostExact(places, pattern)
    return place !== undefined && !elsewhere.includes(place)
  }
  for (const [pattern, value] of Object.entries(wanted))
    if (value > 0 && pattern !== '*' && !isHere(pattern))
      throw new DarqError('schema', {
        facts: { expected: 'k: 0 for what does not live in this deployment', got: `${pattern}: ${value}` },
      })
  const patterns = new Set([...places, ...Object.keys(wanted)])
  return Object.fromEntries(
    [...patterns].map((pattern) => [
      pattern,
      isHere(pattern) ? (wanted[mostExact(Object.keys(wanted), pattern) ?? ''] ?? 0) : 0,
    ]),
  )
}
