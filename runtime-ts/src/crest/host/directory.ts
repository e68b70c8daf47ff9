/**
 * Where a name leads: to a participant of this host, or by a route to another.
 *
 * @module
 */
import { DarqError } from '../../error.ts'
import type { Participant } from '../define/definition.ts'
import { type Definition, definitionOf } from '../define/definition.ts'
import { everyPart } from '../define/participant.ts'
import { NamePatterns } from '../wire/name-patterns.ts'
import type { Route } from '../wire/route.ts'

export class Directory {
  readonly definitions: readonly Definition[]
  readonly routes: readonly Route[]
  readonly #participants: NamePatterns<Definition>
  readonly #routes: NamePatterns<Route>
  readonly #lives: (darq: string) => boolean

  constructor(
    participants: readonly Participant[],
    routes: Readonly<Record<string, Route>>,
    lives: (darq: string) => boolean = () => true,
  ) {
    this.#lives = lives
    this.definitions = everyPart(participants).map(definitionOf)
    this.routes = [...new Set(Object.values(routes))]
    this.#participants = new NamePatterns(this.definitions.map((definition) => [definition.name, definition]))
    this.#routes = new NamePatterns(Object.entries(routes))
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
