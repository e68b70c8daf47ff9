/**
 * How far the objects of a deployment run ahead of their storage, by where a message goes. Only they can ask each other what
 * is durable: whatever lives elsewhere gets what is committed.
 *
 * @module
 */
import { invalid, NamePatterns } from '@darq/runtime/transport'

export type K = number | Readonly<Record<string, number>>

/**
 * @param here names and families that live in this deployment
 * @param elsewhere those that routes lead away to; of two patterns that fit a name, the most exact one counts
 * @returns K for each pattern. What fits none of them has 0.
 * @throws {DarqError} `invalid_argument` when more than 0 is asked for what lives elsewhere
 */
export function speculationOf(k: K, here: readonly string[], elsewhere: readonly string[]): Record<string, number> {
  const asked = typeof k === 'number' ? { '*': k } : k
  const wanted = new NamePatterns(Object.entries(asked))
  const places = new Map([
    ...here.map((name) => [name, true] as const),
    ...elsewhere.map((name) => [name, false] as const),
  ])
  const isHere = new NamePatterns(places)
  // A pattern fits another as it fits a name: then it fits all that the other fits.
  for (const [pattern, value] of Object.entries(asked))
    if (value > 0 && pattern !== '*' && isHere.get(pattern) !== true)
      throw invalid('k: 0 for what does not live in this deployment', `${pattern}: ${value}`)
  const patterns = new Set([...places.keys(), ...Object.keys(asked)])
  return Object.fromEntries(
    [...patterns].map((pattern) => [pattern, isHere.get(pattern) === true ? (wanted.get(pattern) ?? 0) : 0]),
  )
}
