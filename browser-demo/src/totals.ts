/**
 * The edge of the flights: the DARQ `totals` in a Durable Object.
 *
 * @module
 */
import type { DurableObjectNamespace } from '@cloudflare/workers-types'
import { darq, signedToken } from '@darq/edge'
import { demoObject } from './demo-object.ts'
import { totals } from './flights.ts'

export interface TotalsEnv {
  readonly TOTALS: DurableObjectNamespace
  /** At least 32 bytes. */
  readonly TOKEN_SECRET: string
}

export const totalsEdge = darq<TotalsEnv>({
  object: (env) => env.TOTALS,
  participants: () => [totals],
  authorize: signedToken((env) => env.TOKEN_SECRET),
})

export class Totals extends demoObject(totalsEdge) {}
