/**
 * What the types of the edge must take, and refuse. Checked by the compiler; nothing of it runs.
 *
 * @module
 */
import type { DurableObjectNamespace } from '@cloudflare/workers-types'
import { darq, signedToken, signToken } from '@darq/edge'
import { Hono } from 'hono'
import { counter } from './fixture/participants.ts'

interface Env {
  readonly BANK: DurableObjectNamespace
  readonly TOKEN_SECRET: string
}

const bank = darq<Env>({
  object: (env) => env.BANK,
  participants: () => [counter],
  authorize: signedToken((env) => env.TOKEN_SECRET),
})
export class Bank extends bank.DurableObject {}
export default new Hono<{ Bindings: Env }>().route('/darq', bank.routes)

// @ts-expect-error an edge without authorize
darq<Env>({ object: (env) => env.BANK, participants: () => [counter] })
// @ts-expect-error a secret that the environment does not have
signedToken<Env>((env) => env.PASSWORD)
// @ts-expect-error an action that there is not
signToken('secret', { names: [], actions: ['everything'], producers: [] }, { expires_s: 60 })
// @ts-expect-error a token that never expires
signToken('secret', { names: [], actions: [], producers: [] })
