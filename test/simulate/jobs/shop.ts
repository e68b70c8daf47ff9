/** Orders, an outside cashier, parcels and reminders: each once, and no charge for an order that was lost. */
import { Bank, cashier, Orders, orders, Parcels, parcels } from '../../apps/shop.ts'
import { breathe, type Job, must, threeHosts } from './job.ts'

const shops = ['left', 'right']
const orders_count = 40

/** A bank of its own for each seed. */
export function shop(): Job {
  let bank = new Bank()
  // The outside world outlives every host, but not the seed.
  const till = cashier({
    get charged() {
      return bank.charged
    },
    get asked() {
      return bank.asked
    },
    charge: (key, id) => bank.charge(key, id),
  })
  return {
    hosts: threeHosts([orders, parcels, till]),
    // So short a job meets few faults otherwise.
    fault_rate: 1 / 15,
    async drive(world) {
      bank = new Bank()
      const receipts = []
      for (let order = 0; order < orders_count; order += 1) {
        const key = shops[order % shops.length] ?? 'left'
        receipts.push(world.send(Orders.place(key, { id: `${order}`, cents: order })).committed)
        if (order >= orders_count - 2) receipts.push(world.send(Orders.cancel(key, { id: 'none' })).committed)
        await breathe(world)
      }
      await Promise.all(receipts)
      // Timers and answers are on their way.
      for (let tries = 0; tries < 200; tries += 1) {
        const sent = await world.query(Parcels.sent(), { grade: 'committed' })
        let reminded = 0
        for (const key of shops)
          reminded += Object.keys(await world.query(Orders.reminders(key), { grade: 'committed' })).length
        if (Object.keys(sent).length === orders_count && reminded === orders_count) return
        // Patience for clocks that have jumped back by an hour.
        await world.advance('1 minute')
      }
      throw new Error('G7: orders are left, or timers that did not fire')
    },
    async finally(world) {
      const sent = await world.query(Parcels.sent(), { grade: 'committed' })
      const placed = new Set<string>()
      for (const key of shops) {
        for (const [id, receipt] of Object.entries(await world.query(Orders.receipts(key), { grade: 'committed' }))) {
          placed.add(id)
          must(receipt === `receipt of ${id}`, `order ${id} has the receipt ${receipt}`)
        }
        for (const [id, times] of Object.entries(await world.query(Orders.answers(key), { grade: 'committed' })))
          must(times === 1, `G2: the charge of order ${id} was answered ${times} times`)
        for (const [id, times] of Object.entries(await world.query(Orders.reminders(key), { grade: 'committed' })))
          must(times === 1, `G2: order ${id} was reminded of ${times} times`)
        const letters = await world.inspect(`orders/${key}`).deadLetters()
        must(
          letters.length > 0 && letters.every(({ error }) => error.code === 'app:no such order'),
          `dead letters of ${key}: ${letters.map(({ error }) => error.message).join()}`,
        )
      }
      must(placed.size === orders_count, `${placed.size} orders have a receipt`)
      for (const [id, times] of Object.entries(sent)) must(times === 1, `G2: parcel ${id} was sent ${times} times`)
      for (const [id, times] of bank.asked) {
        must(placed.has(id), `G6: ${id} was charged, but no order survived that asked for it`)
        must(times >= 1, 'G6: at least once')
      }
      const keys = new Map<string, number>()
      for (const id of bank.charged.values()) keys.set(id, (keys.get(id) ?? 0) + 1)
      for (const [id, times] of keys) must(times === 1, `G6: order ${id} was charged under ${times} idempotency keys`)
    },
    async outcome(world) {
      const sides: Record<string, unknown> = {}
      for (const key of shops)
        sides[key] = [
          await world.query(Orders.receipts(key), { grade: 'committed' }),
          await world.query(Orders.reminders(key), { grade: 'committed' }),
          (await world.inspect(`orders/${key}`).deadLetters()).map(({ name, error }) => `${name}: ${error.code}`),
        ]
      const sent = await world.query(Parcels.sent(), { grade: 'committed' })
      return { ...sides, sent, charged: [...bank.charged.values()].sort() }
    },
  }
}
