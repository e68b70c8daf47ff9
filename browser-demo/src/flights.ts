import { participant, table } from '@darq/runtime'
import type * as v from 'valibot'
import { Delay, Flights, Totals } from './flights.address'

type D = v.InferOutput<typeof Delay>
const none: D = { count: 0, sum: 0, worst: 0 }
const merge = (a: D = none, b: D): D => ({
  count: a.count + b.count,
  sum: a.sum + b.sum,
  worst: Math.max(a.worst, b.worst),
})

export const flights = participant(Flights, {
  state: { origins: table(Delay) },
  on: {
    flight: {
      batch: 256,
      wait: '50 ms',
      run(step, flights) {
        const delays: Record<string, D> = {}
        for (const { origin, delay } of flights)
          delays[origin] = merge(delays[origin], { count: 1, sum: delay, worst: delay })
        for (const [origin, delay] of Object.entries(delays))
          step.state.origins.update(origin, (old) => merge(old, delay))
        step.send(Totals.add(delays))
      },
    },
    delays: (read) => Object.fromEntries(read.state.origins.entries()),
  },
})

export const totals = participant(Totals, {
  state: { origins: table(Delay) },
  on: {
    add(step, delays) {
      for (const [origin, delay] of Object.entries(delays))
        step.state.origins.update(origin, (old) => merge(old, delay))
    },
    delays: (read) => Object.fromEntries(read.state.origins.entries()),
  },
})
