/**
 * What a bearer may do.
 *
 * @module
 */
import { DarqError } from '@darq/runtime'
import { fits, type OutsideAsk } from '@darq/runtime/transport'

export const actions = ['send', 'call', 'query', 'inspect'] as const
export type Action = (typeof actions)[number]

export interface Scope {
  /** DARQs that the bearer may reach: names, or beginnings of names before a `*` that stands for one character or more (`account/*`). */
  readonly names: readonly string[]
  readonly actions: readonly Action[]
  /**
   * Producer ids that the bearer owns, so that nobody can burn another's sequence: ids, or beginnings before a `*`. A host's
   * channels are `name#generation/darq`: `shop#*` owns those of every host named `shop`.
   */
  readonly producers: readonly string[]
}

/**
 * Finds out who asks.
 *
 * @throws {DarqError} `unauthorized`
 */
export type Authorize<Env> = (request: Request, env: Env) => Promise<Scope>

/** The bearer is known, and may not do this: 403, where `unauthorized` alone is 401. */
export class Forbidden extends DarqError {
  constructor(facts: { readonly [fact: string]: string }) {
    super('unauthorized', { message: 'the token does not allow this', facts })
  }
}

/** @throws {Forbidden} unless the bearer may reach that name, and do one of `actions` there */
export function checkReach(scope: Scope, name: string, actions: readonly Action[]): void {
  if (!scope.names.some((pattern) => fits(pattern, name))) throw new Forbidden({ name })
  if (!actions.some((action) => scope.actions.includes(action))) throw new Forbidden({ action: actions.join(' or ') })
}

/** @throws {Forbidden} */
export function checkOwner(scope: Scope, producer: string): void {
  if (!scope.producers.some((pattern) => fits(pattern, producer))) throw new Forbidden({ producer })
}

/**
 * @param value from a token or a header
 * @returns `undefined` if it is no scope
 */
export function parseScope(value: unknown): Scope | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { names, actions, producers }: Partial<Record<keyof Scope, unknown>> = value
  return isTexts(names) && isActions(actions) && isTexts(producers) ? { names, actions, producers } : undefined
}

/** @throws {Forbidden} unless the bearer may do what the content of a request asks for */
export function checkAsk(scope: Scope, { action, client }: OutsideAsk): void {
  if (!scope.actions.includes(action)) throw new Forbidden({ action })
  if (client !== undefined) checkOwner(scope, client)
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function isActions(value: unknown): value is Action[] {
  const known: readonly unknown[] = actions
  return Array.isArray(value) && value.every((one) => known.includes(one))
}
