/**
 * A ring of greeters, after the HelloExample of the C# prototype: a greeting hops from one to the next, and each keeps a
 * persistent count of those that it has seen.
 *
 * @module
 */
import { address, participant, query } from '@darq/runtime'
import * as v from 'valibot'

export const Greeter = address('greeter/*', {
  greet: v.object({ ring: v.number(), hops: v.number() }),
  count: query(v.number()),
})

export const greeter = participant(Greeter, {
  state: { count: 0 },
  on: {
    greet(step, { ring, hops }) {
      step.state.count += 1
      if (hops > 1) step.send(Greeter.greet(`${(Number(step.key) + 1) % ring}`, { ring, hops: hops - 1 }))
    },
    count: (read) => read.state.count,
  },
})
