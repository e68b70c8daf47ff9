/**
 * The edge's one definition: what lives here, who may ask, and from which objects it is made.
 *
 * @module
 */
import type { DurableObjectNamespace, DurableObjectState } from '@cloudflare/workers-types'
import { type DarqError, type HostOptions, openHosted, type Participant } from '@darq/runtime'
import type { DurableObjectOptions } from '@darq/runtime/durable-object'
import type { LoggedEvent, Transport } from '@darq/runtime/engine'
import { checkK, everyPart, type Route } from '@darq/runtime/transport'
import type { Hono } from 'hono'
import type { Answers } from './answers.ts'
import { homeOf, objectAddressOf } from './home.ts'
import { type DarqObject, durableObjectClass } from './object.ts'
import { objectApp } from './object-app.ts'
import { openRoutes } from './routes.ts'
import type { Authorize } from './scope.ts'
import { hostName, type Siblings } from './siblings.ts'
import { speculationOf } from './speculation.ts'

export interface EdgeOptions<Env extends object> {
  /** The binding of the Durable Object class that this definition gives. */
  readonly object: (env: Env) => DurableObjectNamespace
  readonly participants: (env: Env) => readonly Participant[]
  /** Where addresses live that are not of this definition. */
  readonly routes?: (env: Env) => Record<string, Route>
  readonly authorize: Authorize<Env>
  /**
   * How many objects' failures may revoke a message when it leaves one object for another, its sender's among them: for all,
   * or by the name or family that it goes to. Default 0: it waits for committed. `Infinity`: it never waits. To what lives
   * elsewhere it is always 0, and so it is to and from clients.
   */
  readonly k?: number | Record<string, number>
  /** Which core the objects run on, and where core.wasm is: as for a host. In workerd `wasm` is a `WebAssembly.Module`. */
  readonly core?: NonNullable<HostOptions['core']>
  readonly wasm?: NonNullable<HostOptions['wasm']>
  /**
   * A failure that has no caller, at the object of the DARQ `name`, and where in it; `withdrawn` at its `host`: it goes back,
   * because another has lost what it depends on. Default: `console.warn`, but for what a participant refuses.
   */
  readonly onError?: (error: DarqError, where: string, name: string, env: Env) => void
  /** What becomes of the versions of the DARQ `name`'s object, as it happens: see `EventLog` of `@darq/runtime/engine`. */
  readonly onEvent?: (event: LoggedEvent, name: string, env: Env) => void
  /** For tests and benchmarks: how the storage of a DARQ's object behaves. */
  readonly storage?: (name: string, env: Env) => DurableObjectOptions
}

export interface Edge<Env extends object> {
  /** Export a subclass of it from the worker. */
  readonly DurableObject: new (
    state: DurableObjectState,
    env: Env,
  ) => DarqObject
  /** Mount them anywhere. `GET` on the mount describes them (OpenAPI). */
  readonly routes: Hono<{ Bindings: Env }>
}

/**
 * One Durable Object per DARQ. The class and the HTTP routes come from one definition, so they can't disagree.
 *
 * @throws {DarqError} `invalid_argument` for a `k` that can't be
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
  const { object, routes, authorize, k = 0, onError = warn, onEvent, storage = () => ({}), core, wasm } = options
  const participants = oncePerEnvironment(options.participants)
  checkK(k)
  const app = objectApp()
  return {
    DurableObject: durableObjectClass<Env>({
      storage,
      onError,
      open: async (name, env, store, answers) => {
        const elsewhere = routes?.(env) ?? {}
        const living = participants(env)
        const { participant, siblings, routes: hostRoutes } = homeOf(name, living, elsewhere, object(env))
        const hosted = await openHosted({
          name: hostName(name),
          participants: [participant],
          // Of a family, each member has an object of its own.
          lives: (darq) => darq === name,
          routes: hostRoutes,
          storage: store,
          reply: replies(answers, siblings),
          // Whoever comes by a request has but said its name: each visitor's tab of one app has the same.
          isSingleton: (host) => siblings.has(host),
          k: speculationOf(
            k,
            living.map((one) => one.name),
            Object.keys(elsewhere),
          ),
          onError: (error, where) => onError(error, where, name, env),
          ...(core !== undefined && { core }),
          ...(wasm !== undefined && { wasm }),
          ...(onEvent !== undefined && { onEvent: (event) => onEvent(event, name, env) }),
        })
        return { hosted, participant, siblings }
      },
      respond: (request, bindings) => app.fetch(request, bindings),
    }),
    routes: openRoutes({
      object,
      authorize,
      address: (env, name) => objectAddressOf(name, participants(env)),
    }),
  }
}

/** An environment is one object for as long as its isolate lives; each request asks who lives here. */
function oncePerEnvironment<Env extends object>(
  make: (env: Env) => readonly Participant[],
): (env: Env) => readonly Participant[] {
  const made = new WeakMap<Env, readonly Participant[]>()
  return (env) => {
    let participants = made.get(env)
    if (participants === undefined) {
      participants = everyPart(make(env))
      made.set(env, participants)
    }
    return participants
  }
}

/** Answers to requests, and what goes to a sibling that nothing was ever sent to: questions about what is durable there. */
function replies(answers: Answers, siblings: Siblings): Transport {
  return {
    send: (address, frame) => (answers.has(address) ? answers : siblings).send(address, frame),
  }
}

const saidOfCores = new Set<string>()

/** What a participant refuses is its own business, reported to the caller. What is true of all objects is said once. */
function warn(error: DarqError, where: string, name: string): void {
  if (error.code.startsWith('app:') || saidOfCores.has(error.message)) return
  if (where === 'core') saidOfCores.add(error.message)
  console.warn(name, where, error)
}
