import { openHost } from '@darq/runtime'
import { memory } from '@darq/runtime/storage'
import { control } from '@darq/runtime/workflow'
import { Checkout, Stock } from './checkout.address.ts'
import { checkout, stock } from './checkout.ts'

const charge = async (card: string, cents: number) => `${card} paid ${cents}`
await using host = await openHost({ name: 'shop', participants: [stock, checkout(charge)], storage: memory() })
await host.send(Stock.fill('tea', { count: 5 })).committed

const buying = host.call(Checkout.start('order-1', { sku: 'tea', count: 2, card: 'tok_1' }))
for await (const view of host.watch(Checkout.phase('order-1'))) {
  if (view.grade !== 'withdrawn' && view.value === 'approving') break
}
host.send(Checkout.approval('order-1', { granted: true }))
console.log(await buying)

const { steps } = await host.query(control(Checkout).describe('order-1'))
for (const { what, outcome } of steps) console.log(`${what}: ${outcome}`)
