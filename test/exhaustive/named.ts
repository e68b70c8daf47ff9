/**
 * `pair-1-1` is a scope with each K that is worth it, `pair-1-1/1` with that one.
 *
 * @module
 */
import type { Scope } from './scope.ts'
import { scopes } from './scopes.ts'

export function scopesNamed(text: string): Scope[] {
  const [name = '', k] = text.split('/')
  const known = scopes[name]
  if (!known) throw new Error(`there is no scope ${name}: expected one of ${Object.keys(scopes).join(', ')}`)
  const ks = k === undefined ? known.ks : [Number(k)]
  if (ks.some(Number.isNaN)) throw new Error(`K is a whole number or Infinity, not ${k}`)
  return ks.map((k) => known.at(k))
}
