import { address, participant, query } from '@darq/runtime'
import * as v from 'valibot'

/** Lives at an edge that can't be reached. */
export const Elsewhere = address('elsewhere', { told: v.number() })
export const Counter = address('counter/*', {
  add: v.number(),
  fail: v.string(),
  tell: v.number(),
  total: query(v.number()),
})

export const counter = participant(Counter, {
  state: { total: 0 },
  on: {
    add(step, n) {
      step.state.total += n
    },
    fail(_step, why) {
      throw new Error(why)
    },
    tell(step, n) {
      step.send(Elsewhere.told(n))
    },
    total: (read) => read.state.total,
  },
})
