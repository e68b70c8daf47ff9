import { address, call, query } from '@darq/runtime'
import * as v from 'valibot'

const Order = v.object({ sku: v.string(), count: v.number(), card: v.string() })
const Hold = v.object({ hold: v.string(), cents: v.number() })

export const Stock = address('stock/*', {
  fill: v.object({ count: v.number() }),
  reserve: call(v.object({ count: v.number() }), Hold),
  release: v.object({ hold: v.string() }),
  left: query(v.number()),
})

export const Checkout = address(
  'checkout/*',
  {
    start: call(Order, v.object({ receipt: v.string() })),
    approval: v.object({ granted: v.boolean() }),
    phase: query(v.picklist(['reserving', 'approving', 'charging', 'done'])),
  },
  { darqs: 4 },
)
