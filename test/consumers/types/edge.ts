import type { DurableObjectNamespace } from '@cloudflare/workers-types'
import { darq, signedToken } from '@darq/edge'

interface Env {
  readonly OBJECTS: DurableObjectNamespace
  readonly TOKEN_SECRET: string
}

const edge = darq<Env>({
  object: (env) => env.OBJECTS,
  participants: () => [],
  authorize: signedToken((env) => env.TOKEN_SECRET),
})

export class Objects extends edge.DurableObject {}

// @ts-expect-error: see everywhere.ts
darq<Env>({ object: 1, participants: () => [], authorize: signedToken(() => '') })
