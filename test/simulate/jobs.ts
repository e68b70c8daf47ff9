/**
 * The applications of the tests as work for the simulator, each with what must be true at the end.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import type { SimulateOptions, World } from '../../runtime-ts/src/testing/index.ts'
import { Account, account } from '../apps/bank.ts'
import { Flights, flights, Totals, totals } from '../apps/flights.ts'
import { Greeter, greeter } from '../apps/ring.ts'
import { Bank, cashier, Orders, orders, Parcels, parcels } from '../apps/shop.ts'

export type Job = Pick<SimulateOptions, 'hosts' | 'drive' | 'finally'>

/** Small, so that full logs are part of the run. */
const limits = { log_bytes_max: 32 * 1024 }
const hosts = (participants: SimulateOptions['hosts'][number]['participants']) =>
  ['a', 'b', 'c'].map((name) => ({ name, participants, limits }))

function must(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise)
}

/** Waits between two pieces of work, so that faults find the hosts busy and idle. */
const breathe = (world: World) => world.advance(`${Math.floor(world.random() * 40)} ms`)

const names = ['ann', 'bob', 'cyd', 'dee', 'eve', 'fay']
const cents_each = 1_000

export const bank: Job = {
  hosts: hosts([account]),
  async drive(world) {
    const receipts = names.map((name) => world.send(Account.deposit(name, { cents: cents_each })).committed)
    for (let id = 0; id < 200; id += 1) {
      const from = names[Math.floor(world.random() * names.length)] ?? 'ann'
      const to = names[Math.floor(world.random() * names.length)] ?? 'bob'
      const cents = Math.floor(world.random() * 100)
      receipts.push(world.send(Account.transfer(from, { id: `${id}`, to, cents })).committed)
      if (world.random() < 0.3) await breathe(world)
    }
    await Promise.all(receipts)
  },
  async finally(world) {
    let sum = 0
    for (const name of names) {
      sum += await world.query(Account.balance(name), { grade: 'committed' })
      for (const [id, times] of Object.entries(await world.query(Account.received(name))))
        must(times === 1, `G2: transfer ${id} was received ${times} times`)
    }
    must(sum === names.length * cents_each, `money was made or lost: ${sum} instead of ${names.length * cents_each}`)
  },
}

const ring_size = 5

export const ring: Job = {
  hosts: hosts([greeter]),
  async drive(world) {
    const receipts = []
    for (let greeting = 0; greeting < 60; greeting += 1) {
      const start = `${greeting % ring_size}`
      receipts.push(world.send(Greeter.greet(start, { ring: ring_size, hops: 8 })).committed)
      await breathe(world)
    }
    await Promise.all(receipts)
  },
  async finally(world) {
    let sum = 0
    for (let key = 0; key < ring_size; key += 1)
      sum += await world.query(Greeter.count(`${key}`), { grade: 'committed' })
    must(sum === 480, `G2: ${sum} greetings were seen instead of 480`)
  },
}

interface Flight {
  readonly date: string
  readonly delay: number
  readonly distance: number
  readonly origin: string
  readonly destination: string
}

const data: readonly Flight[] = JSON.parse(
  readFileSync(new URL('../../node_modules/vega-datasets/data/flights-5k.json', import.meta.url), 'utf8'),
)

export const flightsJob: Job = {
  hosts: [
    { name: 'tab', participants: [flights] },
    { name: 'edge', participants: [totals] },
  ],
  async drive(world) {
    const receipts = []
    for (let at = 0; at < 1000; at += 1) {
      const flight = data[at]
      if (flight) receipts.push(world.send(Flights.flight(flight)).committed)
      if (at % 20 === 19) await breathe(world)
    }
    await Promise.all(receipts)
  },
  async finally(world) {
    const expected: Record<string, { count: number; sum: number; worst: number }> = {}
    for (const { origin, delay } of data.slice(0, 1000)) {
      const { count, sum, worst } = expected[origin] ?? { count: 0, sum: 0, worst: 0 }
      expected[origin] = { count: count + 1, sum: sum + delay, worst: Math.max(worst, delay) }
    }
    for (const [side, totals] of [
      ['tab', await world.query(Flights.delays(), { grade: 'committed' })],
      ['edge', await world.query(Totals.delays(), { grade: 'committed' })],
    ] as const) {
      for (const [origin, { count, sum, worst }] of Object.entries(expected)) {
        const found = totals[origin]
        must(
          found?.count === count && found.sum === sum && found.worst === worst,
          `${side}: ${origin} is ${JSON.stringify(found)} instead of ${JSON.stringify({ count, sum, worst })}`,
        )
      }
      must(Object.keys(totals).length === Object.keys(expected).length, `${side}: origins that no flight left from`)
    }
  },
}

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
    hosts: hosts([orders, parcels, till]),
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
        await world.advance('1 second')
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
  }
}

export const jobs: Readonly<Record<string, Job>> = { bank, ring, flights: flightsJob, shop: shop() }
