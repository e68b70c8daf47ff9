/**
 * The edge's one definition: what lives here, who may ask, and from which objects it is made.
 *
 * @module
 */
import type { DurableObject, DurableObjectNamespace, DurableObjectState } from '@cloudflare/workers-types'
import { openHosted, type Participant } from '@darq/runtime'
import type { Route } from '@darq/runtime/transport'
import type { Hono } from 'hono'
import { homeOf, hostName, participantOf } from './home.ts'
import { durableObjectClass } from './object.ts'
import { objectApp } from './object-app.ts'
import { openRoutes } from './routes.ts'
import type { Authorize } from './scope.ts'

export interface EdgeOptions<Env extends object> {
  /** The binding of the Durable Object class that this definition gives. */
  readonly object: (env: Env) => DurableObjectNamespace
  readonly participants: (env: Env) => readonly Participant[]
  /** Where addresses live that are not of this definition. */
  readonly routes?: (env: Env) => Record<string, Route>
  readonly authorize: Authorize<Env>
  /** How many hosts' failures may revoke a message that leaves. */
  readonly k?: number | Record<string, number>
}

export interface Edge<Env extends object> {
  /** Export a subclass of it from the worker. */
  readonly DurableObject: new (
    state: DurableObjectState,
    env: Env,
  ) => DurableObject
  /** Mount them anywhere. `GET` on the mount describes them (OpenAPI). */
  readonly routes: Hono<{ Bindings: Env }>
}

/**
 * One Durable Object per DARQ. The class and the HTTP routes come from one definition, so they can't disagree.
 *
 * @example
 * ```ts
 * const bank = darq<Env>({
 *   object: (env) => env.BANK,
 *   participants: () => [account, teller],
 *   authorize: signedToken((env) => env.TOKEN_SECRET),
 * })
 * export class Bank extends bank.DurableObject {}
 * export default new Hono<{ Bindings: Env }>().route('/darq', bank.routes)
 * ```
 */
export function darq<Env extends object>(options: EdgeOptions<Env>): Edge<Env> {
  const { object, participants, routes, authorize, k } = options
  const app = objectApp()
  return {
    DurableObject: durableObjectClass<Env>({
      open: async (name, env, storage, answers) => {
        const home = homeOf(name, participants(env), routes?.(env) ?? {}, object(env))
        const hosted = await openHosted({
          name: hostName(name),
          participants: [home.participant],
          // Of a family, each member has an object of its own.
          lives: (darq) => darq === name,
          routes: home.routes,
          storage,
          reply: answers,
          ...(k === undefined ? {} : { k }),
          // What a participant refuses is its own business, told to whoever asked.
          onError: (error, where) => error.code.startsWith('app:') || console.warn(where, error),
        })
        return { hosted, participant: home.participant }
      },
      respond: (request, bindings) => app.fetch(request, bindings),
    }),
    routes: openRoutes({ object, authorize, checkName: (env, name) => void participantOf(name, participants(env)) }),
  }
}
