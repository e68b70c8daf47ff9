import { openHost } from '@darq/runtime'
import { memory } from '@darq/runtime/storage'
import { Orders, orders, Payments } from './orders.ts'

const told = Promise.withResolvers<string>()
const report = async (order: string, missing: number) => told.resolve(`${order} is ${missing} cents short`)
await using host = await openHost({ name: 'shop', participants: [orders(report)], storage: memory() })

const at_ms = Date.UTC(2026, 0, 1)
host.send(Orders.placed({ order: 'o1', customer: 'ann', cents: 500, at_ms }))
host.send(Orders.placed({ order: 'o2', customer: 'ann', cents: 700, at_ms: at_ms + 60_000 }))
host.send(
  Payments.paid.many([
    { order: 'o2', cents: 700, at_ms },
    { order: 'o1', cents: 450, at_ms },
  ]),
)
console.log(await told.promise)

// Two hours later her visit is over.
host.send(Orders.placed({ order: 'o3', customer: 'bob', cents: 100, at_ms: at_ms + 7_200_000 }))
for await (const view of host.watch(Orders.visits())) {
  if (view.grade !== 'committed' || view.value.length === 0) continue
  console.log(view.value)
  break
}
