/**
 * The worker's side: authorizes, limits, and hands each request to the object of its DARQ.
 *
 * @module
 */
import type { DurableObjectNamespace } from '@cloudflare/workers-types'
import { checkStatedLength } from '@darq/runtime/transport'
import { type Context, Hono } from 'hono'
import type { ObjectAddress } from './home.ts'
import { inwards } from './inside.ts'
import { openapi } from './openapi.ts'
import { ask } from './platform.ts'
import { answerError, noSuchRoute, wrongMethod } from './problem.ts'
import { type RouteFacts, routeTable } from './route-table.ts'
import { type Authorize, checkActions, Forbidden, reaches, reachesInto, type Scope } from './scope.ts'

export interface RoutesOptions<Env extends object> {
  readonly object: (env: Env) => DurableObjectNamespace
  readonly authorize: Authorize<Env>
  /** @throws {DarqError} `unknown_address` if nobody here takes that name: no object is made for it then */
  readonly address: (env: Env, name: string) => ObjectAddress
}

/** @returns an app to mount anywhere: `app.route('/darq', routes)` */
export function openRoutes<Env extends object>(options: RoutesOptions<Env>): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>()
  app.onError((error) => answerError(error))
  app.use(async (c, next) => {
    await next()
    c.header('X-Content-Type-Options', 'nosniff')
  })
  app.get('/', (c) => c.json(openapi(new URL(c.req.url).pathname)))
  for (const route of routeTable) {
    const { methods, path, actions, body } = route
    app.on(
      methods.map((method) => method.toUpperCase()),
      path,
      async (c) => {
        // Answered as GET it would leave a body that nobody reads.
        if (c.req.raw.method === 'HEAD') return wrongMethod(methods, 'HEAD')
        const name = c.req.param('name') ?? ''
        const scope = await options.authorize(c.req.raw, c.env)
        checkActions(scope, actions)
        const address = reachedAddress(scope, name, route, () => options.address(c.env, name))
        checkStatedLength(c.req.raw.headers, body.bytes_max)
        return await ask(options.object(c.env), address.darq, inwards(c.req.raw, address, behindName(c, path), scope))
      },
    )
    app.all(path, (c) => wrongMethod(methods, c.req.method))
  }
  app.all('*', (c) => noSuchRoute(c.req.raw))
  return app
}

/**
 * @param find finds the address of that name
 * @returns it, if the bearer may reach the name, or one of the keys that share the DARQ of that name
 * @throws {Forbidden} the same whether such a name exists or not
 */
function reachedAddress(
  scope: Scope,
  name: string,
  { namesKeys }: RouteFacts,
  find: () => ObjectAddress,
): ObjectAddress {
  if (reaches(scope, name)) return find()
  if (namesKeys && name.includes('/~')) {
    const address = find()
    if (address.family !== undefined && reachesInto(scope, address.family)) return address
  }
  throw new Forbidden({ name })
}

/** The request's path behind the DARQ's name, as it was written, and its query: `/queries/total?grade=durable`. */
function behindName(c: Context, path: string): string {
  const { pathname, search } = new URL(c.req.url)
  const segments = path.split('/').length - 2
  return `/${pathname.split('/').slice(-segments).join('/')}${search}`
}
