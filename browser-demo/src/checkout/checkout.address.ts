/** Who takes part in a checkout, and what they are told. The tab and the edge share it. */
import { address, call, query } from '@darq/runtime'
import * as v from 'valibot'

/** What the cashier makes of a card: it charges, it refuses, or it charges and twice its answer gets lost. */
export const Card = v.picklist(['good', 'refused', 'bad line'])
export const Order = v.object({
  sku: v.string(),
  count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(9)),
  card: Card,
})
const Approval = v.object({ granted: v.boolean() })
const Bought = v.object({ receipt: v.string(), cents: v.number() })

/** At the edge: one DARQ for each kind of goods. */
export const Stock = address('stock/*', {
  /** Holds packets for an order, until it is released. */
  reserve: call(v.object({ order: v.string(), count: v.number() }), v.object({ cents: v.number() })),
  release: v.object({ order: v.string() }),
  fill: v.object({ count: v.number() }),
  shelf: query(v.object({ left: v.number(), held: v.number() })),
})

export const checkoutPhases = ['reserving', 'approving', 'charging', 'done', 'undone'] as const

/** The workflow at the edge: all orders share a DARQ. */
export const Checkout = address(
  'checkout/*',
  {
    start: call(Order, Bought),
    approval: Approval,
    phase: query(v.picklist(checkoutPhases)),
  },
  { darqs: 1 },
)

/** What a customer keeps of an order. */
export const Slip = v.object({
  order: Order,
  state: v.picklist(['ordered', 'bought', 'failed']),
  bought: v.optional(Bought),
  /** Why it has failed: an error's code, and what it says. */
  why: v.optional(v.object({ code: v.string(), message: v.string() })),
})

/** The workflow in the tab. */
export const Purchase = address(
  'purchase/*',
  {
    start: call(Order, Bought),
    /** Goes on to the edge. */
    approval: Approval,
    slip: query(Slip),
  },
  { darqs: 1 },
)

export type Order = v.InferOutput<typeof Order>
export type Card = v.InferOutput<typeof Card>
export type Slip = v.InferOutput<typeof Slip>
export type CheckoutPhase = (typeof checkoutPhases)[number]

/** The one thing that this shop sells, and the names of the DARQs that sell it. */
export const sku = 'tea'
export const shelf_darq = `stock/${sku}`
export const checkout_darq = 'checkout/~0'
