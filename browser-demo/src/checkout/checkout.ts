/** What runs at the edge: the shelf, and the workflow that takes an order from it to the cashier. */
import { participant, refuse, table } from '@darq/runtime'
import { workflow } from '@darq/runtime/workflow'
import * as v from 'valibot'
import type { Cashier } from './cashier.ts'
import { Checkout, Stock } from './checkout.address.ts'

const cents_each = 450

export const stock = participant(Stock, {
  state: { left: 5, holds: table(v.number()) },
  on: {
    fill(step, { count }) {
      step.state.left += count
    },
    reserve(step, { order, count }) {
      const { left } = step.state
      if (count > left) refuse('sold out', { left })
      step.state.left -= count
      step.state.holds.set(order, count)
      return { cents: count * cents_each }
    },
    release(step, { order }) {
      step.state.left += step.state.holds.get(order) ?? 0
      step.state.holds.delete(order)
    },
    shelf(read) {
      let held = 0
      for (const [, count] of read.state.holds.entries()) held += count
      return { left: read.state.left, held }
    },
  },
})

export const checkout = (cashier: Cashier) =>
  workflow(Checkout, async (flow, { sku, count, card }) => {
    // What is undone is undone last first: this is said when all the rest is.
    flow.undo('say so', async () => flow.show('phase', 'undone'))

    flow.show('phase', 'reserving')
    // Before the call: one that is cancelled while it is under way has happened all the same.
    flow.undo('release', () => flow.send(Stock.release(sku, { order: flow.id })))
    const { cents } = await flow.call(Stock.reserve(sku, { order: flow.id, count }))

    flow.show('phase', 'approving')
    const approval = await flow.receive('approval', { timeout: '1 minute' })
    if (approval === undefined) refuse('nobody approved it within a minute')
    if (!approval.granted) refuse('not approved')

    flow.show('phase', 'charging')
    flow.undo('refund', () => flow.effect('refund', (run) => cashier.refund(flow.id, run)))
    const receipt = await flow.effect('charge card', (run) => cashier.charge({ order: flow.id, card, cents }, run))
    flow.show('phase', 'done')
    return { receipt, cents }
  })
