import { simulate } from '@darq/runtime/testing'
import { Checkout, Stock } from './checkout.address.ts'
import { checkout, stock } from './checkout.ts'

const charged = new Map<string, number>()
const charge = async (_card: string, cents: number, key: string) => {
  charged.set(key, cents)
  return 'paid'
}
const report = await simulate({
  hosts: ['a', 'b'].map((name) => ({ name, participants: [stock, checkout(charge)], k: 'any' as const })),
  seeds: [1, 5],
  async drive(world) {
    charged.clear()
    await world.send(Stock.fill('tea', { count: 5 })).committed
    const bought = world.call(Checkout.start('bought', { sku: 'tea', count: 2, card: 'tok_1' }))
    const forgotten = world.call(Checkout.start('forgotten', { sku: 'tea', count: 1, card: 'tok_2' }))
    await forgotten.receipt.committed
    await bought.receipt.committed
    await world.send(Checkout.approval('bought', { granted: true })).committed
    await bought
    // Nobody approves this one. Two days take a millisecond.
    await world.advance('3 days')
    await forgotten.catch(() => {})
  },
  async finally(world) {
    const left = await world.query(Stock.left('tea'), { grade: 'committed' })
    if (left !== 3) throw new Error(`${left} are left`)
    if (charged.size !== 1) throw new Error(`charged under ${charged.size} keys`)
  },
})
console.log(`${report.seeds} seeds, ${report.violations.length} violations`)
