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

export const jobs: Readonly<Record<string, Job>> = { bank, ring, flights: flightsJob }
