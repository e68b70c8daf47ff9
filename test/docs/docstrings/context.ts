/** What the examples of docstrings take for granted: a few addresses and participants, a client, a token. Types are all that counts. */

import type { DurableObjectNamespace, DurableObjectState } from '@cloudflare/workers-types'
import { address, type Client, call, type Host, participant, query } from '@darq/runtime'
import type { Clock } from '@darq/runtime/engine'
import * as v from 'valibot'

export const Counter = address('counter/*', { add: v.number(), total: query(v.number()) })
export const counter = participant(Counter, {
  state: { total: 0 },
  on: {
    add(step, n) {
      step.state.total += n
    },
    total: (read) => read.state.total,
  },
})

export const Account = address('account/*', {
  deposit: v.object({ cents: v.number() }),
  withdraw: call(v.object({ cents: v.number() }), v.object({ left: v.number() })),
  transfer: v.object({ to: v.string(), cents: v.number() }),
  balance: query(v.number()),
})
export declare const account: ReturnType<typeof participant>
export declare const teller: ReturnType<typeof participant>

export const Stock = address('stock/*', {
  reserve: call(v.object({ count: v.number() }), v.object({ hold: v.string(), cents: v.number() })),
  release: v.object({ hold: v.string() }),
})
export const Checkout = address('checkout/*', {
  start: call(v.object({ sku: v.string(), count: v.number(), card: v.string() }), v.object({ receipt: v.string() })),
})
export declare function charge(card: string, cents: number, key: string): Promise<string>

export const Flight = v.object({ date: v.string(), delay: v.number(), origin: v.string() })
export type Flight = v.InferOutput<typeof Flight>
export const Flights = address('flights', { flight: Flight })
export const Alerts = address('alerts/*', {
  late: v.object({ mean: v.number(), from_ms: v.number() }),
})
export declare const flight: Flight
export declare const flights: readonly Flight[]

export declare const client: Client
export declare const host: Host
export declare const token: string
export declare const ctx: DurableObjectState
export interface Env {
  readonly BANK: DurableObjectNamespace
  readonly TOKEN_SECRET: string
}
export declare const env: Env
export declare const clock: Clock
