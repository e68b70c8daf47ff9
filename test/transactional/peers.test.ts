/**
 * Transactional hosts that send each other messages, over a way that loses and repeats.
 *
 * @module
 */
import { type DarqError, openClient } from '@darq/runtime'
import { expect, test } from 'vitest'
import {
  MemoryStore,
  openTransactional,
  type Peer,
  type Transactional,
} from '../../runtime-ts/src/transactional/index.ts'
import { Account, account } from '../apps/bank.ts'
import { quiet, VirtualClock } from '../crest/virtual-clock.ts'
import { Account as Banked, Teller } from '../examples/bank.address.ts'
import { account as banked, teller } from '../examples/bank.ts'

/** The way to a host that may be opened anew: each request arrives, arrives twice, is lost, or its answer is. */
function lossy(host: () => Transactional | undefined, seed: number) {
  const seen = { whole: 0, twice: 0, lost: 0, unanswered: 0 }
  let state = seed
  const peer: Peer = {
    get link() {
      const there = host()
      if (there === undefined) throw new Error('it is down')
      return there.link
    },
    async deliver(delivery) {
      state = (state * 48_271) % 2_147_483_647
      const fate = state % 5
      const there = host()
      if (there === undefined || fate === 0) {
        seen.lost += 1
        throw new Error('lost')
      }
      const expected = await there.deliver(delivery)
      if (fate === 1) {
        seen.unanswered += 1
        throw new Error('its answer was lost')
      }
      if (fate === 2) {
        seen.twice += 1
        return there.deliver(delivery)
      }
      seen.whole += 1
      return expected
    },
  }
  return { peer, seen }
}

test('transfers between two hosts arrive once each, whatever is lost, repeated, or opened anew', async () => {
  const clock = new VirtualClock()
  const errors: DarqError[] = []
  const stores = { a: new MemoryStore(), b: new MemoryStore() }
  const hosts: { a?: Transactional; b?: Transactional } = {}
  const ways = { a: lossy(() => hosts.a, 5), b: lossy(() => hosts.b, 9) }
  const isA = (darq: string): boolean => darq === 'account/ann'
  const open = async (name: 'a' | 'b'): Promise<void> => {
    hosts[name] = await openTransactional({
      name,
      participants: [account],
      store: stores[name],
      clock,
      lives: (darq) => isA(darq) === (name === 'a'),
      routes: { '*': name === 'a' ? ways.b.peer : ways.a.peer },
      onError: (error) => void errors.push(error),
    })
  }
  await open('a')
  await open('b')
  const client = openClient({
    link: async () => hosts.a?.link ?? Promise.reject(new Error('down')),
    producer: 'p',
    clock,
  })
  await client.send(Account.deposit('ann', { cents: 1_000 })).committed
  await client.send(Account.deposit('bob', { cents: 1_000 })).committed
  for (let id = 0; id < 60; id += 1) {
    const [from, to] = id % 2 === 0 ? ['ann', 'bob'] : ['bob', 'ann']
    await client.send(Account.transfer(from, { id: `${id}`, to, cents: id })).committed
    if (id % 7 === 3) await clock.advance(50)
    if (id % 20 === 10) {
      stores.b.crash()
      hosts.b?.deliver({ to: 'account/bob', channel: 'x', first: 1, messages: [] }).catch(() => {})
      await hosts.b?.stopped
      await open('b')
    }
  }
  for (let round = 0; round < 20; round += 1) await clock.advance(10_000)
  await quiet()
  const received = {
    ...(await client.query(Account.received('ann'))),
    ...(await client.query(Account.received('bob'))),
  }
  expect(Object.keys(received)).toHaveLength(60)
  expect(new Set(Object.values(received))).toEqual(new Set([1]))
  expect([await client.query(Account.balance('ann')), await client.query(Account.balance('bob'))]).toEqual([1_030, 970])
  for (const { seen } of Object.values(ways)) for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0)
  expect([...stores.a.rows.keys(), ...stores.b.rows.keys()].filter((key) => key.startsWith('"outbox"'))).toEqual([])
  expect(errors.length).toBeGreaterThan(0)
  await client.close()
  await hosts.a?.close()
  await hosts.b?.close()
})

test('what waits for another host when its own goes down is sent by the next', async () => {
  const clock = new VirtualClock()
  const there = await openTransactional({ name: 'b', participants: [account], store: new MemoryStore(), clock })
  let isDown = true
  const peer: Peer = {
    link: there.link,
    deliver: async (delivery) => {
      if (isDown) throw new Error('down')
      return there.deliver(delivery)
    },
  }
  const store = new MemoryStore()
  const lives = (darq: string): boolean => darq === 'account/ann'
  const options = { name: 'a', participants: [account], store, clock, lives, routes: { 'account/*': peer } }
  const before = await openTransactional(options)
  const client = openClient({ link: before.link, producer: 'p', clock })
  await client.send(Account.deposit('ann', { cents: 5 })).committed
  await client.send(Account.transfer('ann', { id: '1', to: 'bob', cents: 5 })).committed
  await quiet()
  await before.close()
  isDown = false
  const after = await openTransactional(options)
  await quiet()
  const reader = openClient({ link: after.link, producer: '', clock })
  expect(await reader.query(Account.balance('bob'))).toBe(5)
  await after.close()
  await there.close()
})

test('a call between hosts is answered', async () => {
  const clock = new VirtualClock()
  const hosts: { bank?: Transactional; branch?: Transactional } = {}
  const way = (host: () => Transactional | undefined): Peer => ({
    get link() {
      return host()?.link ?? expect.unreachable()
    },
    deliver: (delivery) => host()?.deliver(delivery) ?? expect.unreachable(),
  })
  hosts.bank = await openTransactional({
    name: 'bank',
    participants: [banked],
    store: new MemoryStore(),
    clock,
    routes: { teller: way(() => hosts.branch) },
  })
  hosts.branch = await openTransactional({
    name: 'branch',
    participants: [teller],
    store: new MemoryStore(),
    clock,
    routes: { 'account/*': way(() => hosts.bank) },
  })
  const client = openClient({ link: hosts.branch.link, producer: 'p', clock })
  await client.send(Banked.deposit('ann', { cents: 100 })).committed
  expect(await client.call(Teller.transfer({ id: '1', from: 'ann', to: 'bob', cents: 70 }))).toBe('done')
  expect(await client.call(Teller.transfer({ id: '2', from: 'ann', to: 'bob', cents: 70 }))).toBe('refused')
  await quiet()
  expect([await client.query(Banked.balance('ann')), await client.query(Banked.balance('bob'))]).toEqual([30, 70])
  await client.close()
  await hosts.bank.close()
  await hosts.branch.close()
})
