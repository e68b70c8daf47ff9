/** The worker: one Durable Object for each participant, the routes to it, and a token for whoever visits. */
import type { DurableObjectNamespace } from '@cloudflare/workers-types'
import { darq, type Scope, signedToken, signToken } from '@darq/edge'
import { Hono } from 'hono'
import { stock } from './stock.ts'

interface Env {
  readonly OBJECTS: DurableObjectNamespace
  /** At least 32 bytes: in .dev.vars on this machine, else `npx wrangler secret put TOKEN_SECRET`. */
  readonly TOKEN_SECRET: string
}

const edge = darq<Env>({
  object: (env) => env.OBJECTS,
  participants: () => [stock],
  authorize: signedToken((env) => env.TOKEN_SECRET),
})

export class Objects extends edge.DurableObject {}

/** What a visitor may do. A real shop would ask first who it is. */
const visitor: Scope = {
  names: ['stock'],
  actions: ['query', 'send', 'call'],
  // The tab's host with its channels, its calls, and what its calls have a key for.
  producers: ['shop-tab#*', 'client:*', 'key:*'],
}

export default new Hono<{ Bindings: Env }>()
  .get('/token', async (c) => c.text(await signToken(c.env.TOKEN_SECRET, visitor, { expires_s: 3600 })))
  .route('/darq', edge.routes)
