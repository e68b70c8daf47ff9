import type { DurableObjectNamespace } from '@cloudflare/workers-types'
import { darq, signedToken } from '@darq/edge'
import { Hono } from 'hono'
import { notes } from './notes.ts'

interface Env {
  readonly OBJECTS: DurableObjectNamespace
  readonly TOKEN_SECRET: string
}

const edge = darq<Env>({
  object: (env) => env.OBJECTS,
  participants: () => [notes],
  authorize: signedToken((env) => env.TOKEN_SECRET),
})

export class Objects extends edge.DurableObject {}

export default new Hono<{ Bindings: Env }>().route('/darq', edge.routes)
