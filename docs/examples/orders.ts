import { address, query } from '@darq/runtime'
import { count, session, stream } from '@darq/runtime/stream'
import * as v from 'valibot'

const Order = v.object({ order: v.string(), customer: v.string(), cents: v.number(), at_ms: v.number() })
const Payment = v.object({ order: v.string(), cents: v.number(), at_ms: v.number() })
const Visit = v.object({ key: v.string(), value: v.number() })

export const Orders = address('orders', { placed: Order, visits: query(v.array(Visit)) })
export const Payments = address('payments', { paid: Payment })

export const orders = (report: (order: string, missing: number, key: string) => Promise<void>) =>
  stream(Orders.placed).branch(
    // Each payment that is short is reported under one key. Orders and payments are kept by four participants.
    (placed) =>
      placed
        .keyBy(({ order }) => order, { parallel: 4 })
        .join(
          stream(Payments.paid).keyBy(({ order }) => order, { parallel: 4 }),
          { span: '1 day', times: [({ at_ms }) => at_ms, ({ at_ms }) => at_ms], allowed: '1 hour' },
        )
        .map(({ key, left, right }) => ({ order: key, missing: left.cents - right.cents }))
        .filter(({ missing }) => missing > 0)
        .effect(({ order, missing }, { key }) => report(order, missing, key)),
    // How many orders each customer placed in the last visit.
    (placed) =>
      placed
        .keyBy(({ customer }) => customer)
        .window(session('30 minutes', ({ at_ms }) => at_ms, { allowed: '1 hour' }))
        .aggregate(count())
        .map(({ key, value }) => ({ key, value }))
        .view(Orders.visits, { by: ({ key }) => key }),
  )
