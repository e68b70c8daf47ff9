import { participant, refuse, table } from '@darq/runtime'
import { workflow } from '@darq/runtime/workflow'
import * as v from 'valibot'
import { Checkout, Stock } from './checkout.address.ts'

export const stock = participant(Stock, {
  state: { count: 0, made: 0, holds: table(v.number()) },
  on: {
    fill(step, { count }) {
      step.state.count += count
    },
    reserve(step, { count }) {
      if (count > step.state.count) refuse('sold out')
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
  },
})

/** Somebody outside, who takes the same key for the same charge. */
export type Charge = (card: string, cents: number, key: string) => Promise<string>

export const checkout = (charge: Charge) =>
  workflow(Checkout, async (flow, order) => {
    flow.show('phase', 'reserving')
    const { cents } = await flow.call(Stock.reserve(order.sku, { count: order.count }), {
      undo: ({ hold }) => flow.send(Stock.release(order.sku, { hold })),
    })

    flow.show('phase', 'approving')
    const approval = await flow.receive('approval', { timeout: '2 days' })
    if (!approval?.granted) refuse('not approved')

    flow.show('phase', 'charging')
    const receipt = await flow.effect('charge card', (run) => charge(order.card, cents, run.key))
    flow.show('phase', 'done')
    return { receipt }
  })
