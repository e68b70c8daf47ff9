/**
 * The cashier: somebody outside, who knows nothing of steps but honours idempotency keys, and whose word the edge reaches by
 * `fetch` alone.
 *
 * @module
 */
import type { DurableObjectNamespace } from '@cloudflare/workers-types'
import { type Run, refuse } from '@darq/runtime'
import * as v from 'valibot'
import { Card } from './checkout.address.ts'

export const Charge = v.object({ order: v.string(), card: Card, cents: v.number() })
export type Charge = v.InferOutput<typeof Charge>

export interface Cashier {
  /** @returns the receipt. @throws {DarqError} `app:card refused`, `app:refunded already` */
  charge(charge: Charge, run: Run): Promise<string>
  /** Gives back what was taken for the order, if anything was; nothing is taken for it any more. @returns the cents */
  refund(order: string, run: Run): Promise<number>
}

/** One line of the cashier's book: one key, however often it came. */
export const BookLine = v.object({
  key: v.string(),
  what: v.picklist(['charge', 'refund']),
  order: v.string(),
  cents: v.number(),
  /** How often the key came. */
  asked: v.number(),
  outcome: v.picklist(['charged', 'refused', 'refunded already', 'refunded', 'nothing to refund']),
  at_ms: v.number(),
})
export const Book = v.array(BookLine)
export type BookLine = v.InferOutput<typeof BookLine>
export type Book = v.InferOutput<typeof Book>

export const cashier_name = 'cashier'
const Answer = v.object({ receipt: v.string(), cents: v.number() })

export function cashierBehind(objects: DurableObjectNamespace): Cashier {
  async function ask(path: string, body: object, { key, signal }: Run): Promise<v.InferOutput<typeof Answer>> {
    signal.throwIfAborted()
    const response = await objects.getByName(cashier_name).fetch(`https://cashier.example${path}`, {
      method: 'POST',
      headers: { 'Idempotency-Key': key },
      body: JSON.stringify(body),
    })
    if (response.status === 402) refuse('card refused')
    if (response.status === 409) refuse('refunded already')
    if (!response.ok) throw new Error(`the cashier answered ${response.status}`)
    return v.parse(Answer, await response.json())
  }
  return {
    charge: async (charge, run) => (await ask('/charge', charge, run)).receipt,
    refund: async (order, run) => (await ask('/refund', { order }, run)).cents,
  }
}
