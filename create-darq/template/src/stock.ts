import { participant, refuse, table } from '@darq/runtime'
import * as v from 'valibot'
import { Stock } from './shop.address.ts'

/** Lives at the edge: one shelf for everybody. A handler is one atomic step. */
export const stock = participant(Stock, {
  state: { left: 100, sold: 0, reserved: table(v.boolean()) },
  on: {
    reserve(step, { order }) {
      if (step.state.left === 0) refuse('sold out')
      step.state.left -= 1
      step.state.reserved.set(order, true)
      return { left: step.state.left }
    },
    release(step, { order }) {
      if (!step.state.reserved.has(order)) return
      step.state.reserved.delete(order)
      step.state.left += 1
    },
    sell(step, { order }) {
      if (!step.state.reserved.has(order)) refuse('not reserved', { order })
      step.state.reserved.delete(order)
      step.state.sold += 1
    },
    shelf: ({ state }) => ({ left: state.left, reserved: [...state.reserved.entries()].length, sold: state.sold }),
  },
})
