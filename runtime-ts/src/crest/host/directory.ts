/**
 * Where a name leads: to a participant of this host, or by a route to another.
 *
 * @module
 */
import { DarqError } from '../../error.ts'
import type { Participant } from '../define/definition.ts'
import { type Definition, definitionOf } from '../define/definition.ts'
import { everyPart } from '../define/participant.ts'
import type { Route } from '../wire/route.ts'

/** Patterns of names: `'totals'`, `'account/*'`, `'*'`. The most exact one counts. */
export class Patterns<T> {
  readonly #exact = new Map<string, T>()
  /** Longest first. */
  readonly #prefixes: { readonly prefix: string; readonly value: T }[] = []

  /** @throws {DarqError} `schema` when a pattern is given twice, or has a star elsewhere than at its end */
  constructor(entries: Iterable<readonly [string, T]>) {
    const seen = new Set<string>()
    for (const [pattern, value] of entries) {
      const star = pattern.indexOf('*')
      if (seen.has(pattern) || (star >= 0 && star < pattern.length - 1)) {
        throw new DarqError('schema', {
          facts: { expected: 'each pattern once, with * at its end only', got: pattern },
        })
      }
      seen.add(pattern)
      if (star < 0) this.#exact.set(pattern, value)
      else this.#prefixes.push({ prefix: pattern.slice(0, -1), value })
    }
    this.#prefixes.sort((a, b) => b.prefix.length - a.prefix.length)
  }

  get(name: string): T | undefined {
    const exact = this.#exact.get(name)
    if (exact !== undefined) return exact
    return this.#prefixes.find(({ prefix }) => name.length > prefix.length && name.startsWith(prefix))?.value
  }
}

export class Directory {
  readonly definitions: readonly Definition[]
  readonly routes: readonly Route[]
  readonly #participants: Patterns<Definition>
  readonly #routes: Patterns<Route>
  readonly #lives: (darq: string) => boolean

  constructor(
    participants: readonly Participant[],
    routes: Readonly<Record<string, Route>>,
    lives: (darq: string) => boolean = () => true,
  ) {
    this.#lives = lives
    this.definitions = everyPart(participants).map(definitionOf)
    this.routes = [...new Set(Object.values(routes))]
    this.#participants = new Patterns(this.definitions.map((definition) => [definition.name, definition]))
    this.#routes = new Patterns(Object.entries(routes))
  }

  /** The participant here that has this name. */
  local(darq: string): Definition | undefined {
    const found = this.#participants.get(darq)
    return found?.has(darq) && this.#lives(darq) ? found : undefined
  }

  /** The way to the host that has it, when it isn't here. */
  route(darq: string): Route | undefined {
    return this.local(darq) === undefined ? this.#routes.get(darq) : undefined
  }

  knows(darq: string): boolean {
    return this.local(darq) !== undefined || this.#routes.get(darq) !== undefined
  }
}

/** @returns the error for a name that leads nowhere */
export function unknownAddress(darq: string): DarqError {
  return new DarqError('unknown_address', {
    facts: { expected: 'a participant of this host, or a route', got: darq.slice(0, 200) },
  })
}
