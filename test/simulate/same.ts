/**
 * Answers of two implementations, compared.
 *
 * @module
 */

/** A difference is a defect of a core: nothing may go on after it. */
export function same<T>(call: string, first: T, second: T): T {
  if (!isSame(first, second))
    throw new Error(`the cores differ in ${call}: ${JSON.stringify(first)} and ${JSON.stringify(second)}`)
  return first
}

/** Answers are numbers and words, or objects of them. */
function isSame(first: unknown, second: unknown): boolean {
  if (first === second) return true
  if (typeof first !== 'object' || typeof second !== 'object' || first === null || second === null) return false
  const there = new Map(Object.entries(second))
  const here = Object.entries(first)
  return here.length === there.size && here.every(([key, value]) => there.has(key) && there.get(key) === value)
}
