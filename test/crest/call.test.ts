/** @module Calls: between participants, from clients, to the outside world. */
import {
  address,
  answer,
  call,
  effects,
  openClient,
  openHosted,
  participant,
  query,
  refuse,
  value,
} from '@darq/runtime'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { decodePlain, encodePlainBytes } from '../../runtime-ts/src/crest/wire/plain.ts'
import { Account, Teller } from '../examples/bank.address.ts'
import { account, teller } from '../examples/bank.ts'
import { quiet } from './virtual-clock.ts'
import { World } from './world.ts'

describe('the bank', () => {
  test('transfers by a call that is answered in a later step', async () => {
    await using world = new World()
    const host = await world.open({ participants: [account, teller] })
    await host.send(Account.deposit('ann', { cents: 100 })).committed
    expect(await host.call(Teller.transfer({ id: '1', from: 'ann', to: 'bob', cents: 70 }))).toBe('done')
    expect(await host.call(Teller.transfer({ id: '2', from: 'ann', to: 'bob', cents: 70 }))).toBe('refused')
    expect(await host.call(Teller.transfer({ id: '3', from: 'ann', to: 'bob', cents: -1 }))).toBe('refused')
    await quiet()
    expect([await host.query(Account.balance('ann')), await host.query(Account.balance('bob'))]).toEqual([30, 70])
    expect(await host.inspect('teller').pending()).toBe(0)
  })

  test('refuses a caller with the participant’s own reason', async () => {
    await using world = new World()
    const host = await world.open({ participants: [account, teller] })
    await expect(host.call(Account.withdraw('ann', { cents: 0 }))).rejects.toMatchObject({
      code: 'app:not positive',
      retryable: false,
      facts: { cents: 0 },
    })
    expect(await host.inspect('account/ann').deadLetters()).toEqual([])
  })

  test('shows an answer as it hardens', async () => {
    await using world = new World()
    const host = await world.open({ participants: [account, teller] })
    await host.send(Account.deposit('ann', { cents: 100 })).committed
    const grades: string[] = []
    for await (const view of host.call(Account.withdraw('ann', { cents: 1 }))) {
      expect(view).toMatchObject({ value: { taken: true } })
      grades.push(view.grade)
    }
    expect(grades.at(-1)).toBe('committed')
  })
})

const Callee = address('callee', { ask: call(v.number(), v.string()), tell: v.string(), runs: query(v.number()) })
const Asker = address('asker', {
  go: v.object({ n: v.number(), timeout: v.boolean() }),
  got: query(v.array(v.string())),
})
const asker = participant(Asker, {
  state: { got: value(v.array(v.string()), []) },
  own: { told: answer(Callee.ask, v.object({ n: v.number() })) },
  on: {
    go(step, { n, timeout }) {
      step.call(Callee.ask(n), step.own.told({ n }), timeout ? { timeout: '1 second' } : {})
    },
    told(step, told, { n }) {
      step.state.got = [...step.state.got, `${n}: ${told.ok ? told.value : told.error.code}`]
    },
    got: (read) => [...read.state.got],
  },
})

function callee(broken: () => boolean) {
  return participant(Callee, {
    state: { runs: 0 },
    on: {
      ask(step, n) {
        if (broken()) throw new Error('broken')
        step.state.runs += 1
        return n < 0 ? step.later(`${n}`) : `told ${n}`
      },
      tell: (step, key) => step.answer(Callee.ask, key, `at last ${key}`),
      runs: (read) => read.state.runs,
    },
    retry: { attempts_max: 2, backoff: '100 ms' },
  })
}

describe('a call between participants', () => {
  test('brings the answer with the note, once, over restarts', async () => {
    await using world = new World()
    const before = await world.open({ participants: [asker, callee(() => false)] })
    await before.send(Asker.go({ n: 1, timeout: false })).committed
    await before.send(Asker.go({ n: -2, timeout: true })).committed
    await quiet()
    expect(await before.query(Asker.got())).toEqual(['1: told 1'])
    await before.close()
    const host = await world.open({ participants: [asker, callee(() => false)] })
    await host.send(Callee.tell('-2')).committed
    await world.clock.advance(60_000)
    expect(await host.query(Asker.got())).toEqual(['1: told 1', '-2: at last -2'])
    expect(world.errors).toEqual([])
  })

  test('that is not answered in time is answered with timeout, and a late answer counts for nothing', async () => {
    await using world = new World()
    const host = await world.open({ participants: [asker, callee(() => false)] })
    await host.send(Asker.go({ n: -1, timeout: true })).committed
    await world.clock.advance(1_000)
    await host.send(Callee.tell('-1')).committed
    await world.clock.advance(1_000)
    expect(await host.query(Asker.got())).toEqual(['-1: timeout'])
    expect(await host.inspect('asker').pending()).toBe(0)
  })

  test('that keeps failing is answered with dead_letter, and kept', async () => {
    await using world = new World()
    let broken = true
    const host = await world.open({ participants: [asker, callee(() => broken)] })
    await host.send(Asker.go({ n: 1, timeout: false })).committed
    await world.clock.advance(10_000)
    expect(await host.query(Asker.got())).toEqual(['1: dead_letter'])
    const [letter] = await host.inspect('callee').deadLetters()
    broken = false
    await host.inspect('callee').requeue(letter?.id ?? '')
    await world.clock.advance(10)
    // It has happened now; but its caller was told, and is not told otherwise.
    expect(await host.query(Callee.runs())).toBe(1)
    expect(await host.query(Asker.got())).toEqual(['1: dead_letter'])
  })

  test('answered under a key that nobody waits at fails the step', async () => {
    await using world = new World()
    const host = await world.open({ participants: [asker, callee(() => false)] })
    await host.send(Callee.tell('nobody')).committed
    await world.clock.advance(10_000)
    expect(await host.inspect('callee').deadLetters()).toMatchObject([{ error: { code: 'conflict' } }])
  })
})

describe('a call of a client', () => {
  test('finds its answer after the host was gone, under the number that the application gave it', async () => {
    await using world = new World()
    const before = await world.open({ participants: [callee(() => false)] })
    const lost = before.call(Callee.ask(5), { idempotencyKey: 'five' })
    await lost.receipt.committed
    await before.close()
    const host = await world.open({ participants: [callee(() => false)] })
    const again = host.call(Callee.ask(5), { idempotencyKey: 'five' })
    expect(await again).toBe('told 5')
    expect(await again.receipt.committed).toMatchObject({ duplicate: true })
    expect(await host.query(Callee.runs())).toBe(1)
  })

  test('leaves no answer behind once a later call has said that it is there', async () => {
    await using world = new World()
    const { storage, clock, random } = world
    const hosted = await openHosted({ name: 'host', participants: [callee(() => false)], storage, clock, random })
    const client = openClient({ link: hosted.link, producer: 'p', clock, random })
    for (let n = 1; n <= 20; n += 1) expect(await client.call(Callee.ask(n), { sequence: n })).toBe(`told ${n}`)
    const kept: number[] = []
    for (let n = 1; n <= 20; n += 1) {
      const body = encodePlainBytes({ client: 'p', id: `sequence ${n}` })
      const view = await hosted.link.query({ to: 'callee', name: '$answer', body }, 'committed')
      if (view.grade !== 'withdrawn' && decodePlain(view.value) !== undefined) kept.push(n)
    }
    expect(kept).toEqual([20])
    await client.close()
    await hosted.close()
  })

  test('times out for the client alone', async () => {
    await using world = new World()
    const host = await world.open({ participants: [callee(() => false)] })
    const asked = host.call(Callee.ask(-1), { timeout: '1 second' })
    await asked.receipt.committed
    const outcome = expect(asked).rejects.toMatchObject({ code: 'timeout' })
    await world.clock.advance(1_000)
    await outcome
    expect(await host.query(Callee.runs())).toBe(1)
  })
})

const Outside = address('outside', { pay: call(v.number(), v.string()), note: v.string() })

describe('an effect', () => {
  test('runs when what asked for it is committed, with a key that stays the same, and answers once', async () => {
    await using world = new World()
    const attempts: { readonly key: string; readonly attempt: number }[] = []
    const outside = effects(
      Outside,
      {
        async pay(n, { key, attempt }) {
          attempts.push({ key, attempt })
          if (attempt < 3) throw new Error('down')
          return `paid ${n}`
        },
        async note() {},
      },
      { retry: { attempts_max: 5, backoff: '1 second' } },
    )
    const host = await world.open({ participants: [outside] })
    const { promise, resolve } = Promise.withResolvers<void>()
    world.slow = () => promise
    const paid = host.call(Outside.pay(7))
    await paid.receipt.accepted
    await world.clock.advance(1_000)
    expect(attempts).toEqual([])
    world.slow = undefined
    resolve()
    await world.clock.advance(60_000)
    expect(await paid).toBe('paid 7')
    expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
    expect(new Set(attempts.map(({ key }) => key)).size).toBe(1)
    expect(attempts[0]?.key).toMatch(/^host#[^/]+\/\d+\/outside\/\d+$/)
  })

  test('that was under way when its host went down runs again with the same key', async () => {
    await using world = new World()
    const keys: string[] = []
    let hangs = true
    const outside = effects(Outside, {
      async pay(n, { key, signal }) {
        keys.push(key)
        if (hangs) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        return `paid ${n}`
      },
      async note() {},
    })
    const before = await world.open({ participants: [outside] })
    const lost = before.call(Outside.pay(7), { idempotencyKey: 'seven' })
    await lost.receipt.committed
    await quiet()
    expect(keys).toHaveLength(1)
    await before.close()
    hangs = false
    const host = await world.open({ participants: [outside] })
    await world.clock.advance(10)
    expect(await host.call(Outside.pay(7), { idempotencyKey: 'seven' })).toBe('paid 7')
    expect(keys).toHaveLength(2)
    expect(keys[0]).toBe(keys[1])
  })

  test('that takes too long is aborted, and set aside after its last attempt', async () => {
    await using world = new World()
    let aborted = 0
    const outside = effects(
      Outside,
      {
        pay: (_, { signal }) =>
          new Promise(() => {
            signal.addEventListener('abort', () => {
              aborted += 1
            })
          }),
        async note() {
          refuse('not wanted')
        },
      },
      { retry: { attempts_max: 2, backoff: '1 second' }, timeout: '5 seconds' },
    )
    const host = await world.open({ participants: [outside] })
    const paid = host.call(Outside.pay(1))
    const outcome = expect(paid).rejects.toMatchObject({ code: 'dead_letter' })
    await host.send(Outside.note('x')).committed
    await paid.receipt.committed
    await world.clock.advance(60_000)
    await outcome
    expect(aborted).toBe(2)
    expect((await host.inspect('outside').deadLetters()).map(({ error }) => error.code).sort()).toEqual([
      'app:not wanted',
      'timeout',
    ])
  })

  test('runs no more of them at a time than it may', async () => {
    await using world = new World()
    let running = 0
    let most = 0
    const ends: (() => void)[] = []
    const outside = effects(
      Outside,
      {
        async pay(n) {
          running += 1
          most = Math.max(most, running)
          await new Promise<void>((resolve) => ends.push(resolve))
          running -= 1
          return `paid ${n}`
        },
        async note() {},
      },
      { parallel_max: 3 },
    )
    const host = await world.open({ participants: [outside] })
    const all = Promise.all([1, 2, 3, 4, 5, 6, 7].map((n) => host.call(Outside.pay(n))))
    for (let round = 0; round < 10; round += 1) {
      await quiet()
      for (const end of ends.splice(0)) end()
    }
    expect(await all).toHaveLength(7)
    expect(most).toBe(3)
  })
})
