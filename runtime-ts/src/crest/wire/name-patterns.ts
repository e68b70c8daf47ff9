/**
 * Patterns of names: a name itself (`'totals'`), or its beginning before a star (`'account/*'`, `'*'`).
 *
 * @module
 */
import { invalid } from '../../options.ts'

/** Whether the pattern fits the name. A star stands for one character or more: `account/*` does not fit `account/`. */
export function fits(pattern: string, name: string): boolean {
  if (!pattern.endsWith('*')) return name === pattern
  return name.length >= pattern.length && name.startsWith(pattern.slice(0, -1))
}

/** A value for each pattern. For a name the most exact pattern counts: the name itself, else the longest beginning. */
export class NamePatterns<T> {
  readonly #names = new Map<string, T>()
  /** Longest first. */
  readonly #beginnings: { readonly pattern: string; readonly value: T }[] = []

  /** @throws {DarqError} `invalid_argument` when a pattern is given twice, or has a star elsewhere than at its end */
  constructor(entries: Iterable<readonly [string, T]>) {
    const seen = new Set<string>()
    for (const [pattern, value] of entries) {
      const star = pattern.indexOf('*')
      if (seen.has(pattern) || (star >= 0 && star < pattern.length - 1)) {
        throw invalid('each pattern once, with * at its end only', pattern)
      }
      seen.add(pattern)
      if (star < 0) this.#names.set(pattern, value)
      else this.#beginnings.push({ pattern, value })
    }
    this.#beginnings.sort((one, other) => other.pattern.length - one.pattern.length)
  }

  /** @returns the value of the most exact pattern that fits the name; `undefined` when none does */
  get(name: string): T | undefined {
    return this.#names.get(name) ?? this.#beginnings.find(({ pattern }) => fits(pattern, name))?.value
  }
}
