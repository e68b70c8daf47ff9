import { address, participant, query } from '@darq/runtime'
import * as v from 'valibot'

export const Counter = address('counter/*', { add: v.number(), fail: v.string(), total: query(v.number()) })

export const counter = participant(Counter, {
  state: { total: 0 },
  on: {
    add(step, n) {
      step.state.total += n
    },
    fail(_step, why) {
      throw new Error(why)
    },
    total: (read) => read.state.total,
  },
})
