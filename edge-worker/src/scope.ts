/**
 * What a bearer may do.
 *
 * @module
 */
import { DarqError } from '@darq/runtime'
import { fits, type OutsideAsk } from '@darq/runtime/transport'

/** `answer`: for hosts of other deployments that are called from here. */
export const actions = ['send', 'call', 'answer', 'query', 'inspect'] as const
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
  /** Who the bearer is, for the application and its operators: a user, a tenant. Its idempotency keys are its own. */
  readonly subject?: string
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

/** @returns whether the bearer may reach that name */
export function reaches(scope: Scope, name: string): boolean {
  return scope.names.some((pattern) => fits(pattern, name))
}

/**
 * @param family the beginning of its members' names, with the slash
 * @returns whether the bearer may reach one of them at least
 */
export function reachesInto(scope: Scope, family: string): boolean {
  return scope.names.some((pattern) => pattern.startsWith(family))
}

/** @throws {Forbidden} unless the bearer may reach that name */
export function checkName(scope: Scope, name: string): void {
  if (!reaches(scope, name)) throw new Forbidden({ name })
}

/** @throws {Forbidden} unless the bearer may do one of `actions` */
export function checkActions(scope: Scope, actions: readonly Action[]): void {
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
  const { names, actions, producers, subject }: Partial<Record<keyof Scope, unknown>> = value
  if (!isTexts(names) || !isActions(actions) || !isTexts(producers)) return undefined
  if (subject === undefined) return { names, actions, producers }
  return typeof subject === 'string' ? { names, actions, producers, subject } : undefined
}

/** @throws {Forbidden} unless the bearer may do what the content of a request asks for */
export function checkAsk(scope: Scope, { action, client, instance }: OutsideAsk): void {
  checkActions(scope, [action])
  if (instance !== undefined) checkName(scope, instance)
  if (client !== undefined) checkOwner(scope, client)
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function isActions(value: unknown): value is Action[] {
  const known: readonly unknown[] = actions
  return Array.isArray(value) && value.every((one) => known.includes(one))
}
