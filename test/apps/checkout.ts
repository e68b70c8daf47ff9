/** A checkout: stock is held, somebody approves, the card is charged; what fails is undone. */
import { address, call, participant, query, refuse, table } from '@darq/runtime'
import { workflow } from '@darq/runtime/workflow'
import * as v from 'valibot'

const Order = v.object({ sku: v.string(), count: v.number(), card: v.string() })
const Hold = v.object({ hold: v.string(), cents: v.number() })

export const Stock = address('stock/*', {
  reserve: call(v.object({ count: v.number() }), Hold),
  release: v.object({ hold: v.string() }),
  fill: v.object({ count: v.number() }),
  left: query(v.number()),
  holds: query(v.record(v.string(), v.number())),
})
export const Checkout = address(
  'checkout/*',
  {
    start: call(Order, v.object({ receipt: v.string() })),
    approval: v.object({ granted: v.boolean() }),
    phase: query(v.picklist(['reserving', 'approving', 'charging', 'done'])),
  },
  { darqs: 2 },
)

export const stock = participant(Stock, {
  state: { count: 0, made: 0, holds: table(v.number()) },
  on: {
    fill(step, { count }) {
      step.state.count += count
    },
    reserve(step, { count }) {
      if (count > step.state.count) refuse('sold out', { left: step.state.count })
      step.state.count -= count
      step.state.made += 1
      const hold = `hold ${step.state.made}`
      step.state.holds.set(hold, count)
      return { hold, cents: count * 250 }
    },
    release(step, { hold }) {
      step.state.count += step.state.holds.get(hold) ?? 0
      step.state.holds.delete(hold)
    },
    left: (read) => read.state.count,
    holds: (read) => Object.fromEntries(read.state.holds.entries()),
  },
})

/** An outside cashier who honours keys. */
export interface Cashier {
  charge(key: string, card: string, cents: number): Promise<string>
}

export const checkout = (cashier: Cashier) =>
  workflow(Checkout, async (flow, order) => {
    flow.show('phase', 'reserving')
    const { cents } = await flow.call(Stock.reserve(order.sku, { count: order.count }), {
      undo: ({ hold }) => flow.send(Stock.release(order.sku, { hold })),
    })

    flow.show('phase', 'approving')
    const approval = await flow.receive('approval', { timeout: '2 days' })
    if (!approval?.granted) refuse('not approved')

    flow.show('phase', 'charging')
    const receipt = await flow.effect('charge card', (run) => cashier.charge(run.key, order.card, cents))
    flow.show('phase', 'done')
    return { receipt }
  })
