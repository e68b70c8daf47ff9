/**
 * The edge of the checkout: the shelf and the workflow, each DARQ in a Durable Object of its own. Among them nobody waits for
 * a disk (`k`): what is shown may be taken back until it is saved, and the cashier is asked only when it can't be.
 *
 * @module
 */
import type { DurableObjectNamespace } from '@cloudflare/workers-types'
import { darq, signedToken } from '@darq/edge'
import { demoObject } from '../demo-object.ts'
import { cashierBehind } from './cashier.ts'
import { checkout, stock } from './checkout.ts'

export interface ShopEnv {
  readonly SHOP: DurableObjectNamespace
  readonly CASHIER: DurableObjectNamespace
  /** At least 32 bytes. */
  readonly TOKEN_SECRET: string
}

export const shop = darq<ShopEnv>({
  object: (env) => env.SHOP,
  participants: (env) => [stock, checkout(cashierBehind(env.CASHIER))],
  authorize: signedToken((env) => env.TOKEN_SECRET),
  k: Number.POSITIVE_INFINITY,
})

export class Shop extends demoObject(shop) {}
