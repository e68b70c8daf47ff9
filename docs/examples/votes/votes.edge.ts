import type { DurableObjectNamespace } from '@cloudflare/workers-types'
import { darq, type Scope, signedToken, signToken } from '@darq/edge'
import { Hono } from 'hono'
import { tally } from './votes.ts'

interface Env {
  readonly OBJECTS: DurableObjectNamespace
  /** At least 32 bytes. */
  readonly TOKEN_SECRET: string
}

const edge = darq<Env>({
  object: (env) => env.OBJECTS,
  participants: () => [tally],
  authorize: signedToken((env) => env.TOKEN_SECRET),
})

export class Objects extends edge.DurableObject {}

/** What a visitor may do: read the tally, and speak for a host named votes-tab, whatever its generation. */
const visitor: Scope = { names: ['tally'], actions: ['query', 'send'], producers: ['votes-tab#*'] }

export default new Hono<{ Bindings: Env }>()
  .get('/token', async (c) => c.text(await signToken(c.env.TOKEN_SECRET, visitor, { expires_s: 3600 })))
  .route('/darq', edge.routes)
