/**
 * Crashes of the transactional implementation: at every commit of a run, with the commit lost or unheard of.
 *
 * @module
 */
import { address, answer, call, effects, openClient, participant, query, table } from '@darq/runtime'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import {
  type Crash,
  MemoryStore,
  openTransactional,
  type Transactional,
} from '../../runtime-ts/src/transactional/index.ts'
import { Account, account } from '../apps/bank.ts'
import { quiet, VirtualClock } from '../crest/virtual-clock.ts'

const Charge = address('charge', { pay: call(v.number(), v.string()) })
const Till = address('till', {
  sale: v.object({ id: v.string(), cents: v.number() }),
  look: query(v.record(v.string(), v.string())),
  reminded: query(v.number()),
})
const till = participant(Till, {
  state: { paid: table(v.string()), reminded: 0 },
  own: { paid: answer(Charge.pay, v.object({ id: v.string() })), remind: v.string() },
  on: {
    sale(step, { id, cents }) {
      step.call(Charge.pay(cents), step.own.paid({ id }))
      step.send(step.own.remind(id), { after: '1 second' })
    },
    paid(step, paid, { id }) {
      step.state.paid.set(id, paid.ok ? paid.value : paid.error.code)
    },
    remind(step) {
      step.state.reminded += 1
    },
    look: ({ state }) => Object.fromEntries(state.paid.entries()),
    reminded: ({ state }) => state.reminded,
  },
})

const rounds_max = 2_000

/** Opens a host again whenever it goes down, as a platform would. */
class Tenant {
  readonly clock = new VirtualClock()
  readonly keys: string[] = []
  crashes = 0
  #seed = 1
  readonly #store: MemoryStore
  #host: Promise<Transactional> | undefined

  constructor(store: MemoryStore) {
    this.#store = store
  }

  readonly random = (): number => {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647
    return this.#seed / 2_147_483_647
  }

  /** The host that lives, opened anew if there is none. */
  host(): Promise<Transactional> {
    this.#host ??= this.#open()
    return this.#host
  }

  async #open(): Promise<Transactional> {
    const { clock, random } = this
    const charge = effects(Charge, {
      pay: async (cents, { key }) => {
        this.keys.push(key)
        return `paid ${cents}`
      },
    })
    const options = { name: 'host', participants: [account, till, charge], store: this.#store, clock, random }
    for (;;) {
      try {
        const host = await openTransactional(options)
        void host.stopped.then((reason) => {
          this.#host = undefined
          if (reason !== undefined) this.crashes += 1
        })
        return host
      } catch {
        this.crashes += 1 // it went down while it was opened
      }
    }
  }

  async close(): Promise<void> {
    await (await this.#host)?.close()
  }
}

async function work(tenant: Tenant): Promise<unknown> {
  const { clock, random } = tenant
  const client = openClient({ link: async () => (await tenant.host()).link, producer: 'client', clock, random })
  const receipts = [
    client.send(Account.deposit('ann', { cents: 100 })),
    client.send(Account.deposit('bob', { cents: 100 })),
    client.send(Till.sale({ id: 's1', cents: 5 })),
    ...[1, 2, 3].map((id) => client.send(Account.transfer('ann', { id: `${id}`, to: 'bob', cents: 10 * id }))),
    client.send(Till.sale({ id: 's2', cents: 7 })),
    client.send(Account.transfer('bob', { id: '4', to: 'ann', cents: 60 })),
  ]
  let isCommitted = false
  void Promise.all(receipts.map((receipt) => receipt.committed)).then(() => {
    isCommitted = true
  })
  // The way is tried again ever more rarely, so a run with many crashes takes its time.
  for (let round = 0; round < 40 || !isCommitted; round += 1) {
    if (round === rounds_max) throw new Error('not committed')
    await tenant.host()
    await clock.advance(500)
  }
  // The client's way may be to a host that is gone; nobody advances the clock for it now.
  const reader = openClient({ link: (await tenant.host()).link, producer: '', clock, random })
  const outcome = {
    balances: [await reader.query(Account.balance('ann')), await reader.query(Account.balance('bob'))],
    received: [await reader.query(Account.received('ann')), await reader.query(Account.received('bob'))],
    paid: await reader.query(Till.look()),
    reminded: await reader.query(Till.reminded()),
    waiting: await Promise.all(
      ['account/ann', 'account/bob', 'till', 'charge'].map((name) => reader.inspect(name).pending()),
    ),
  }
  await client.close()
  await tenant.close()
  return outcome
}

async function runWith(crash: (commit: number) => Crash | undefined) {
  const store = new MemoryStore({ crash })
  const tenant = new Tenant(store)
  return { outcome: await work(tenant), store, tenant }
}

describe('a crash', () => {
  test.each<Crash>(['before commit', 'after commit'])(
    '%s, at every commit of a run, changes nothing of its outcome',
    async (kind) => {
      const { outcome: expected, store } = await runWith(() => undefined)
      expect(expected).toMatchObject({ paid: { s1: 'paid 5', s2: 'paid 7' }, reminded: 2, waiting: [0, 0, 0, 0] })
      const commits = store.commits
      expect(commits).toBeGreaterThan(20)
      for (let at = 1; at <= commits; at += 1) {
        const { outcome, tenant } = await runWith((commit) => (commit === at ? kind : undefined))
        expect(outcome, `${kind} ${at}`).toEqual(expected)
        expect(tenant.crashes, `${kind} ${at}`).toBe(1)
      }
    },
  )

  test('again and again changes nothing of the outcome', async () => {
    const { outcome: expected } = await runWith(() => undefined)
    for (const every of [3, 4, 5, 7]) {
      const { outcome, tenant } = await runWith((commit) =>
        commit % every !== 0 ? undefined : commit % 2 === 0 ? 'before commit' : 'after commit',
      )
      expect(outcome, `every ${every}`).toEqual(expected)
      expect(tenant.crashes).toBeGreaterThanOrEqual(3)
      // At least once, and each of the two under a key of its own.
      expect(new Set(tenant.keys).size).toBe(2)
    }
  })

  test('loses nothing that was reported committed, and leaves nothing of what was not', async () => {
    let isLost = false
    const store = new MemoryStore({ crash: () => (isLost ? 'before commit' : undefined) })
    const tenant = new Tenant(store)
    const client = openClient({ link: (await tenant.host()).link, producer: '', clock: tenant.clock })
    await client.send(Account.deposit('ann', { cents: 1 })).committed
    await quiet()
    const before = [...store.rows.keys()]
    isLost = true
    await expect(client.send(Account.deposit('ann', { cents: 10 })).committed).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    })
    isLost = false
    expect([...store.rows.keys()]).toEqual(before)
    const again = openClient({ link: (await tenant.host()).link, producer: '', clock: tenant.clock })
    expect(await again.query(Account.balance('ann'))).toBe(1)
    await tenant.close()
  })
})

test('who has opened the store last owns it: the one before stops, and writes nothing', async () => {
  const store = new MemoryStore()
  const clock = new VirtualClock()
  const options = { name: 'host', participants: [account], store, clock }
  const older = await openTransactional(options)
  const newer = await openTransactional(options)
  expect(newer.epoch).toBeGreaterThan(older.epoch)
  const client = openClient({ link: older.link, producer: '', clock })
  await expect(client.send(Account.deposit('ann', { cents: 1 })).committed).rejects.toMatchObject({
    code: 'unavailable',
  })
  expect(await older.stopped).toMatchObject({ code: 'fenced' })
  const other = openClient({ link: newer.link, producer: '', clock })
  await quiet()
  expect(await other.query(Account.balance('ann'))).toBe(0)
  await newer.close()
})
