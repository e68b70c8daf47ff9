/**
 * Purchases as workflows: approved, refused, forgotten, cancelled, sold out, or paid with a stolen card; and a tally that
 * continues as new. Each ends once, what failed is undone, and nobody is charged for what was lost.
 */
import { DarqError } from '@darq/runtime'
import { control, type InstanceFacts, instances } from '@darq/runtime/workflow'
import type { World } from '../../../runtime-ts/src/testing/index.ts'
import {
  type Bought,
  courier,
  Nap,
  Notes,
  nap,
  notes,
  Purchase,
  purchase,
  Shelf,
  Shipping,
  shelf,
  shipping,
  Tally,
  Till,
  tally,
} from '../../apps/market.ts'
import { breathe, type Job, must, threeHosts, until } from './job.ts'

const kinds = ['granted', 'refused', 'cancelled', 'slow', 'silent', 'sold out', 'stolen', 'torn'] as const
type Kind = (typeof kinds)[number]
const orders_count = 24
const skus = ['tea', 'cup'] as const
const filled = 1_000
const naps_count = 24
const numbers = Array.from({ length: 20 }, (_, index) => index + 1)

/** What becomes of each kind. Of a torn one it is chance: it is cancelled while it is charged. */
const ends: Readonly<Record<Kind, string>> = {
  granted: 'done',
  slow: 'done',
  refused: 'failed app:not approved',
  silent: 'failed app:not approved',
  'sold out': 'failed app:sold out',
  stolen: 'failed app:card refused',
  cancelled: 'cancelled cancelled',
  torn: 'done or cancelled',
}

const kindOf = (order: number): Kind => kinds[order % kinds.length] ?? 'granted'
const skuOf = (order: number): string => skus[order % skus.length] ?? 'tea'

const startOf = (order: number) => {
  const kind = kindOf(order)
  const card = kind === 'stolen' || kind === 'slow' ? kind : 'tok_1'
  return Purchase.start(`${order}`, {
    sku: skuOf(order),
    count: kind === 'sold out' ? filled * 2 : 1 + (order % 3),
    card,
  })
}

/** What somebody does about an order, some time after it was placed. */
function decide(world: World, order: number): void {
  const id = `${order}`
  const kind = kindOf(order)
  if (kind === 'cancelled') world.send(control(Purchase).cancel(id, 'changed my mind'))
  if (kind === 'refused') world.send(Purchase.approval(id, { granted: false }))
  if (kind === 'granted' || kind === 'slow' || kind === 'stolen' || kind === 'torn') {
    world.send(Purchase.approval(id, { granted: true }))
    // The first counts.
    world.send(Purchase.approval(id, { granted: false }))
  }
}

/** Starts it again as long as there is no room. @returns what it says when it wakes */
async function rest(world: World, id: string): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await world.call(Nap.start(id, { dream: 'sheep '.repeat(60) }))
    } catch (error) {
      if (!(error instanceof DarqError) || error.code !== 'quota') throw error
      must(tries < 200, `G9: there is never room for ${id}`)
      // Patience for those in front whose clock has jumped back by an hour.
      await world.advance(tries < 30 ? '1 second' : '1 minute')
    }
  }
}

/** An outside world of its own for each seed. */
export function checkout(): Job {
  let till = new Till()
  let told = new Map<string, Bought | string>()
  let counted: readonly number[] = []
  let slept: readonly string[] = []

  /** Whoever waits for days asks again: a second start is the same instance. */
  const hear = (order: number, world: World): Promise<void> =>
    world.call(startOf(order), { timeout: '30 seconds' }).then(
      (bought) => void told.set(`${order}`, bought),
      (error: unknown) => {
        if (!(error instanceof DarqError)) throw error
        if (error.code !== 'timeout') told.set(`${order}`, error.code)
      },
    )

  return {
    hosts: [
      ...threeHosts([shelf, courier, notes, shipping, tally, purchase(() => till)], 256 * 1024),
      // So small a log has room for a few of them at a time.
      { name: 'd', participants: [nap], limits: { log_bytes_max: 64 * 1024 }, k: 'any' },
    ],
    // So short a job meets few faults otherwise.
    fault_rate: 1 / 15,
    withoutOracle: true,
    length: 5,
    async drive(world) {
      till = new Till()
      told = new Map()
      const heard: Promise<void>[] = []
      for (const sku of skus) {
        world.send(Shelf.fill(sku, { count: filled }))
        await until(world, async () => (await world.query(Shelf.left(sku), { grade: 'committed' })) === filled)
      }
      const naps = Promise.all(Array.from({ length: naps_count }, (_, index) => rest(world, `nap ${index}`)))
      const sum = world.call(Tally.start('all', { sum: 0, rounds: 1 }))
      for (let order = 0; order < orders_count; order += 1) {
        heard.push(hear(order, world))
        for (const number of numbers.slice(order - 2, order - 1)) world.send(Tally.add('all', number))
        // Some are in a hurry.
        if (order % 3 === 0) decide(world, order)
        await breathe(world)
        const earlier = order - 4
        if (earlier >= 0 && earlier % 3 !== 0) decide(world, earlier)
        if (earlier >= 0 && kindOf(earlier) === 'torn') world.send(control(Purchase).cancel(`${earlier}`, 'torn'))
      }
      for (let order = orders_count - 4; order < orders_count; order += 1) if (order % 3 !== 0) decide(world, order)
      world.send(control(Purchase).cancel(`${orders_count - 1}`, 'torn'))
      for (const number of [...numbers.slice(orders_count - 3), 0]) world.send(Tally.add('all', number))
      counted = await sum
      slept = await naps
      await Promise.all(heard)
      // Two days for those who are never answered, and patience for clocks that have jumped by an hour.
      await world.advance('2 days')
      for (let tries = 0; told.size < orders_count; tries += 1) {
        must(tries < 200, `G7: only ${told.size} of ${orders_count} purchases have ended`)
        await world.advance('1 minute')
        for (let order = 0; order < orders_count; order += 1) if (!told.has(`${order}`)) await hear(order, world)
      }
    },
    async finally(world) {
      const listed = await all(world)
      must(listed.size === orders_count, `${listed.size} instances instead of ${orders_count}`)
      const noted = await world.query(Notes.all(), { grade: 'committed' })
      const holds = new Map<string, number>()
      const left = new Map<string, number>()
      for (const sku of skus) {
        let held = 0
        for (const [hold, count] of Object.entries(await world.query(Shelf.holds(sku), { grade: 'committed' }))) {
          holds.set(hold, count)
          held += count
        }
        left.set(sku, (await world.query(Shelf.left(sku), { grade: 'committed' })) + held)
      }
      for (const [sku, count] of left) must(count === filled, `G2: ${count} ${sku} instead of ${filled}`)
      for (const [what, times] of Object.entries(noted))
        must(times === 1 || what.startsWith('stock'), `G2: ${what} was noted ${times} times`)

      for (let order = 0; order < orders_count; order += 1) {
        const id = `${order}`
        const facts = listed.get(id)
        const end = facts === undefined ? 'none' : endOf(facts)
        const expected = ends[kindOf(order)]
        must(
          end === expected || (kindOf(order) === 'torn' && (end === 'done' || end === 'cancelled cancelled')),
          `purchase ${id} (${kindOf(order)}) is ${end} instead of ${expected}`,
        )
        const bought = told.get(id)
        const again = await world.call(startOf(order)).catch((error: DarqError) => error.code)
        must(
          JSON.stringify(again) === JSON.stringify(bought),
          `purchase ${id} was told as ${show(bought)}, and now as ${show(again)}`,
        )
        const keys = [...till.charged.values()].filter((charge) => charge.id === id)
        must(keys.length <= 1, `G6: purchase ${id} was charged under ${keys.length} keys`)
        if (typeof bought === 'object') {
          must(holds.delete(bought.hold), `purchase ${id} is done, but ${bought.hold} is not held`)
          must(keys[0]?.hold === bought.hold, `G6: purchase ${id} was charged for ${keys[0]?.hold}, which was lost`)
          must(noted[`winner ${id} ${bought.winner}`] === 1, `purchase ${id} has noted another winner`)
          must(noted[`shipped ${id}`] === 1, `purchase ${id} was not shipped`)
          must(!(`undone ${id}` in noted), `purchase ${id} is done, and undone`)
        } else {
          must(
            bought === end.slice(end.indexOf(' ') + 1),
            `purchase ${id} is ${end}, but its caller was told ${bought}`,
          )
          must(kindOf(order) === 'torn' || keys.length === 0, `G6: purchase ${id} was charged, but is ${end}`)
          must(noted[`undone ${id}`] === 1 && noted[`released ${id}`] === 1, `purchase ${id} was not undone`)
        }
        const winners = ['left', 'right'].filter((winner) => `winner ${id} ${winner}` in noted)
        must(winners.length <= 1, `purchase ${id} has two winners`)
      }
      must(holds.size === 0, `${holds.size} holds that no purchase has`)
      for (const { id } of till.charged.values())
        must(listed.has(id), `G6: ${id} was charged, but there is no such purchase`)
      for (const share of [0, 1])
        for (const { name, error } of await world.inspect(`purchase/~${share}`).deadLetters())
          must(
            error.code === 'conflict' && (name === 'approval' || name === '$cancel'),
            `dead letter ${name}: ${error.message}`,
          )
    },
    async outcome(world) {
      const listed = await all(world)
      const purchases: Record<string, unknown> = {}
      for (let order = 0; order < orders_count; order += 1) {
        const facts = listed.get(`${order}`)
        const bought = told.get(`${order}`)
        if (facts === undefined || kindOf(order) === 'torn') continue
        if (typeof bought !== 'object') purchases[order] = [endOf(facts), bought]
        else purchases[order] = [endOf(facts), bought.receipt, bought.tracking, bought.courier_cents]
      }
      const shipped = []
      for await (const { id, status } of instances(world, Shipping))
        if (kindOf(Number(id)) !== 'torn') shipped.push(`${id} ${status}`)
      return { purchases, counted, slept, shipped: shipped.sort() }
    },
  }
}

function endOf({ status, error }: Pick<InstanceFacts, 'status' | 'error'>): string {
  return error === undefined ? status : `${status} ${error.code}`
}

async function all(world: World): Promise<Map<string, Omit<InstanceFacts, 'steps'>>> {
  const found = new Map<string, Omit<InstanceFacts, 'steps'>>()
  for await (const facts of instances(world, Purchase)) found.set(facts.id, facts)
  return found
}

const show = (bought: unknown): string => JSON.stringify(bought) ?? 'nothing'
