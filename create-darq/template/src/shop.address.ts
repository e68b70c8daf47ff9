/** Who there is and what they are told: names and shapes, no code. Page, worker and edge share it. */
import { address, call, query } from '@darq/runtime'
import * as v from 'valibot'

const Shelf = v.object({ left: v.number(), reserved: v.number(), sold: v.number() })

/** At the edge. */
export const Stock = address('stock', {
  reserve: call(v.object({ order: v.string() }), v.object({ left: v.number() })),
  release: v.object({ order: v.string() }),
  sell: v.object({ order: v.string() }),
  shelf: query(Shelf),
})

export const phases = ['reserving', 'waiting for you', 'sold'] as const

/** A workflow in the tab: the key is the order. */
export const Order = address(
  'order/*',
  {
    start: call(v.object({}), v.object({ sold: v.boolean() })),
    answer: v.object({ confirmed: v.boolean() }),
    phase: query(v.picklist(phases)),
  },
  { darqs: 1 },
)
