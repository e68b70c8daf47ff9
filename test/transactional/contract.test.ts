/**
 * What an application may rely on, whichever implementation hosts it: one suite, run on both.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import {
  address,
  answer,
  call,
  effects,
  type Host,
  participant,
  query,
  refuse,
  type Step,
  table,
  value,
  version,
} from '@darq/runtime'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { Account as Transfers, account as transferring } from '../apps/bank.ts'
import { Flights, flights, Totals, totals } from '../apps/flights.ts'
import { Greeter, greeter } from '../apps/ring.ts'
import { quiet } from '../crest/virtual-clock.ts'
import { Account, Teller } from '../examples/bank.address.ts'
import { account, teller } from '../examples/bank.ts'
import { parcels } from '../examples/orders.ts'
import { both, World } from './world.ts'

interface Flight {
  readonly date: string
  readonly delay: number
  readonly distance: number
  readonly origin: string
  readonly destination: string
}

describe.each(both)('$name', (implementation) => {
  describe('the applications', () => {
    test('bank: the sum stays, and each transfer is received once', async () => {
      await using world = new World(implementation)
      const host = await world.open(transferring)
      const names = ['ann', 'bob', 'cyd']
      for (const name of names) await host.send(Transfers.deposit(name, { cents: 100 })).committed
      const sent = Array.from({ length: 60 }, (_, id) =>
        host.send(
          Transfers.transfer(names[id % 3] ?? '', {
            id: `${id}`,
            to: names[(id * 7 + 1) % 3] ?? '',
            cents: 1 + (id % 9),
          }),
        ),
      )
      await Promise.all(sent.map(({ committed }) => committed))
      await world.pass(1_000)
      const balances = await Promise.all(names.map((name) => host.query(Transfers.balance(name))))
      expect(balances.reduce((sum, cents) => sum + cents, 0)).toBe(300)
      for (const name of names)
        for (const times of Object.values(await host.query(Transfers.received(name)))) expect(times).toBe(1)
    })

    test('ring: every greeter counts every greeting that came by', async () => {
      await using world = new World(implementation)
      const host = await world.open(greeter)
      await Promise.all([0, 1, 2].map((key) => host.send(Greeter.greet(`${key}`, { ring: 5, hops: 23 })).committed))
      await world.pass(1_000)
      const counts = await Promise.all([0, 1, 2, 3, 4].map((key) => host.query(Greeter.count(`${key}`))))
      expect(counts).toEqual([13, 14, 15, 14, 13])
    })

    test('flights: both sides have the totals of the file', async () => {
      await using world = new World(implementation)
      const host = await world.open(flights, totals)
      const file = new URL('../../node_modules/vega-datasets/data/flights-5k.json', import.meta.url)
      const rows: readonly Flight[] = JSON.parse(readFileSync(file, 'utf8'))
      const expected: Record<string, { count: number; sum: number; worst: number }> = {}
      for (const { origin, delay } of rows) {
        const { count, sum, worst } = expected[origin] ?? { count: 0, sum: 0, worst: 0 }
        expected[origin] = { count: count + 1, sum: sum + delay, worst: Math.max(worst, delay) }
      }
      await Promise.all(rows.map((flight) => host.send(Flights.flight(flight)).committed))
      await world.pass(1_000)
      expect(await host.query(Flights.delays())).toEqual(expected)
      expect(await host.query(Totals.delays())).toEqual(expected)
      expect([await host.inspect('flights').pending(), await host.inspect('totals').pending()]).toEqual([0, 0])
    })

    test('teller: transfers by a call that is answered in a later step', async () => {
      await using world = new World(implementation)
      const host = await world.open(account, teller)
      await host.send(Account.deposit('ann', { cents: 100 })).committed
      expect(await host.call(Teller.transfer({ id: '1', from: 'ann', to: 'bob', cents: 70 }))).toBe('done')
      expect(await host.call(Teller.transfer({ id: '2', from: 'ann', to: 'bob', cents: 70 }))).toBe('refused')
      await expect(host.call(Account.withdraw('ann', { cents: 0 }))).rejects.toMatchObject({
        code: 'app:not positive',
        retryable: false,
        facts: { cents: 0 },
      })
      await quiet()
      expect([await host.query(Account.balance('ann')), await host.query(Account.balance('bob'))]).toEqual([30, 70])
      expect(await host.inspect('account/ann').deadLetters()).toEqual([])
    })
  })

  describe('state', () => {
    const Box = address('box/*', {
      put: v.object({ key: v.string(), n: v.number() }),
      take: v.string(),
      fail: v.string(),
      probe: v.number(),
      look: query(v.unknown()),
    })
    const box = participant(Box, {
      state: {
        count: 0,
        last: value(v.nullable(v.string()), null),
        items: table(v.number()),
        seen: value(v.array(v.unknown()), []),
      },
      on: {
        put(step, { key, n }) {
          step.state.count += 1
          step.state.last = key
          step.state.items.update(key, (old = 0) => old + n)
        },
        take: (step, key) => step.state.items.delete(key),
        fail(step, key) {
          step.state.count += 100
          step.state.items.set('lost', 1)
          step.state.items.delete(key)
          step.send(Box.put('other', { key: 'sent', n: 1 }))
          refuse('no')
        },
        probe(step) {
          const { items } = step.state
          items.set('x', 1)
          items.update('x', (old = 0) => old + 1)
          items.set('y', 5)
          items.delete('y')
          step.state.seen = [items.get('x'), items.has('y'), items.size, [...items.entries({ prefix: 'x' })]]
        },
        look: ({ state }) => [state.count, state.last, Object.fromEntries(state.items.entries()), state.seen],
      },
    })
    const put = (key: string, n: number) => Box.put('a', { key, n })

    test('outlives its host, cell by cell and key by key', async () => {
      await using world = new World(implementation)
      const before = await world.open(box)
      for (const message of [put('p', 1), put('q', 2), put('p', 3), Box.take('a', 'q')])
        await before.send(message).committed
      await before.close()
      const host = await world.open(box)
      expect(await host.query(Box.look('a'))).toEqual([3, 'p', { p: 4 }, []])
      expect(await host.query(Box.look('b'))).toEqual([0, null, {}, []])
    })

    test('is undone by a throw, with all that the step has sent', async () => {
      await using world = new World(implementation)
      const host = await world.open(box)
      await host.send(put('p', 1)).committed
      await host.send(Box.fail('a', 'p')).committed
      await world.pass(1_000)
      expect(await host.query(Box.look('a'))).toEqual([1, 'p', { p: 1 }, []])
      expect(await host.query(Box.look('other'))).toEqual([0, null, {}, []])
      expect(await host.inspect('box/a').deadLetters()).toMatchObject([{ name: 'fail', error: { code: 'app:no' } }])
    })

    test('shows a step what it has written before', async () => {
      await using world = new World(implementation)
      const host = await world.open(box)
      await host.send(put('p', 1)).committed
      await host.send(Box.probe('a', 0)).committed
      await world.pass(10)
      expect(await host.query(Box.look('a'))).toEqual([1, 'p', { p: 1, x: 2 }, [2, false, 2, [['x', 2]]]])
    })

    test('is watched until it is as expected', async () => {
      await using world = new World(implementation)
      const host = await world.open(box)
      const sent = [1, 2, 3].map((n) => host.send(put('p', n)))
      for await (const view of host.watch(Box.look('a')))
        if (view.grade === 'committed' && JSON.stringify(view.value).includes('"p":6')) break
      await Promise.all(sent.map(({ committed }) => committed))
    })

    test('of an older version is upgraded when it is read', async () => {
      await using world = new World(implementation)
      const Prices = address('prices', { put: v.number(), look: query(v.unknown()) })
      const one = version(1, v.object({ euros: v.number() }))
      const two = version(2, v.object({ cents: v.number() })).from(1, v.object({ euros: v.number() }), (old) => ({
        cents: old.euros * 100,
      }))
      const look = ({ state }: { state: { items: { entries(): Iterable<[string, unknown]> } } }) =>
        Object.fromEntries(state.items.entries())
      const first = participant(Prices, {
        state: { items: table(one) },
        on: { put: (step, n) => step.state.items.set(`${n}`, { euros: n }), look },
      })
      const second = participant(Prices, {
        state: { items: table(two) },
        on: { put: (step, n) => step.state.items.set(`${n}`, { cents: n }), look },
      })
      const before = await world.open(first)
      await before.send(Prices.put(1)).committed
      await before.close()
      const after = await world.open(second)
      await after.send(Prices.put(2)).committed
      await quiet()
      expect(await after.query(Prices.look())).toEqual({ 1: { cents: 100 }, 2: { cents: 2 } })
    })

    test('can’t be changed, nor anything sent, when the step is over', async () => {
      await using world = new World(implementation)
      const Keeper = address('keeper', { go: v.number(), look: query(v.number()) })
      let kept: Step<{ n: number }> | undefined
      let sent: (() => void) | undefined
      const keeper = participant(Keeper, {
        state: { n: 0 },
        on: {
          go(step, n) {
            step.state.n = n
            sent = () => step.send(Keeper.go(1))
            kept = step as unknown as Step<{ n: number }>
          },
          look: (read) => read.state.n,
        },
      })
      const host = await world.open(keeper)
      await host.send(Keeper.go(7)).committed
      await quiet()
      const closed = expect.objectContaining({ code: 'step_closed' })
      expect(() => sent?.()).toThrowError(closed)
      expect(() => {
        if (kept !== undefined) kept.state.n = 2
      }).toThrowError(closed)
      expect(await host.query(Keeper.look())).toBe(7)
    })
  })

  describe('a message', () => {
    const Old = address('till', { paid: version(1, v.object({ euros: v.number() })), cents: query(v.number()) })
    const Paid = version(2, v.object({ cents: v.number() })).from(1, v.object({ euros: v.number() }), (old) => ({
      cents: old.euros * 100,
    }))
    const New = address('till', { paid: Paid, cents: query(v.number()) })
    const state = { cents: 0 }

    test('with a wrong body, or to nobody, is refused to its sender, and only that one', async () => {
      await using world = new World(implementation)
      const host = await world.open(account)
      const bad = Account.deposit('a', { cents: 'x' as unknown as number })
      const Nobody = address('nobody', { go: v.number() })
      const Other = address('account/*', { gone: v.number() })
      const receipts = [
        host.send(Account.deposit('a', { cents: 1 })),
        host.send(bad),
        host.send(Account.deposit('a', { cents: 2 })),
        host.send(Nobody.go(1)),
        host.send(Other.gone('a', 1)),
      ]
      const outcomes = await Promise.allSettled(receipts.map(({ committed }) => committed))
      expect(outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'ok'))).toEqual([
        'ok',
        'schema',
        'ok',
        'unknown_address',
        'unknown_message',
      ])
      await quiet()
      expect(await host.query(Account.balance('a'))).toBe(3)
    })

    test('from newer code waits for it, and others go on', async () => {
      await using world = new World(implementation)
      const before = await world.open(
        participant(Old, {
          state,
          on: {
            paid(step, { euros }) {
              step.state.cents += euros * 100
            },
            cents: (read) => read.state.cents,
          },
        }),
      )
      await before.send(New.paid({ cents: 7 })).committed
      await before.send(Old.paid({ euros: 1 })).committed
      await quiet()
      expect(await before.query(Old.cents())).toBe(100)
      expect(await before.inspect('till').pending()).toBe(1)
      expect(world.errors).toContainEqual({ code: 'newer_version', where: 'till' })
      await before.close()
      const after = await world.open(
        participant(New, {
          state,
          on: {
            paid(step, { cents }) {
              step.state.cents += cents
            },
            cents: (read) => read.state.cents,
          },
        }),
      )
      await after.send(Old.paid({ euros: 2 })).committed
      await world.pass(10)
      expect(await after.query(New.cents())).toBe(307)
    })

    test('that is sent twice under one idempotency key, over a restart, counts once', async () => {
      await using world = new World(implementation)
      const before = await world.open(account)
      const first = await before.send(Account.deposit('a', { cents: 5 }), { idempotencyKey: 'five' }).committed
      await before.close()
      const host = await world.open(account)
      const second = await host.send(Account.deposit('a', { cents: 5 }), { idempotencyKey: 'five' }).committed
      expect([first.duplicate, second.duplicate]).toEqual([false, true])
      await quiet()
      expect(await host.query(Account.balance('a'))).toBe(5)
    })

    test('whose handler throws is retried with growing pauses, then set aside, queued again or dropped', async () => {
      await using world = new World(implementation)
      const tries: number[] = []
      let isBroken = true
      const Shaky = address('shaky', { go: v.number(), sum: query(v.number()) })
      const shaky = participant(Shaky, {
        state: { sum: 0 },
        on: {
          go(step, n) {
            if (n === 1) tries.push(step.now_ms)
            step.state.sum += n
            if (isBroken) throw new Error('no')
          },
          sum: (read) => read.state.sum,
        },
        retry: { attempts_max: 4, backoff: '100 ms', backoff_max: '1 second' },
      })
      const before = await world.open(shaky)
      await Promise.all([1, 10].map((n) => before.send(Shaky.go(n)).committed))
      await world.pass(10_000)
      expect(tries).toHaveLength(4)
      const [first = 0, second = 0, third = 0, fourth = 0] = tries
      expect(second - first).toBeGreaterThanOrEqual(50)
      expect(fourth - third).toBeGreaterThan(second - first)
      await before.close()
      const host = await world.open(shaky)
      const inspect = host.inspect('shaky')
      const letters = await inspect.deadLetters()
      expect(letters).toMatchObject([
        { name: 'go', attempts: 4, error: { message: 'no' } },
        { name: 'go', attempts: 4, error: { message: 'no' } },
      ])
      isBroken = false
      await inspect.requeue(letters[0]?.id ?? '')
      await inspect.requeue(letters[0]?.id ?? '')
      await inspect.drop(letters[1]?.id ?? '')
      await world.pass(10)
      expect([1, 10]).toContain(await host.query(Shaky.sum()))
      expect(await inspect.deadLetters()).toEqual([])
      expect(await inspect.pending()).toBe(0)
    })

    test('that is held did not happen, until what it waits for is there, also after a restart', async () => {
      await using world = new World(implementation)
      const Parcels = address('parcels', {
        packed: v.object({ order: v.string() }),
        paid: v.object({ order: v.string() }),
      })
      const before = await world.open(parcels)
      for (const order of ['a', 'b']) await before.send(Parcels.packed({ order })).committed
      await world.pass(60_000)
      expect(await before.inspect('parcels').pending()).toBe(2)
      await before.send(Parcels.paid({ order: 'b' })).committed
      await world.pass(10)
      expect(await before.inspect('parcels').pending()).toBe(1)
      await before.close()
      const host = await world.open(parcels)
      await host.send(Parcels.paid({ order: 'a' })).committed
      await world.pass(10)
      expect(await host.inspect('parcels').pending()).toBe(0)
      expect(world.errors).toEqual([])
    })
  })

  describe('a timer', () => {
    const Alarm = address('alarm', {
      set: v.object({ n: v.number(), after_ms: v.number(), timer: v.optional(v.string()), to: v.optional(v.string()) }),
      cancel: v.string(),
      twice: v.number(),
      rung: query(v.array(v.number())),
    })
    const Bell = address('bell/*', { ring: v.number(), rung: query(v.array(v.number())) })
    const rung = { rung: value(v.array(v.number()), []) }
    const bell = participant(Bell, {
      state: rung,
      on: {
        ring(step, n) {
          step.state.rung = [...step.state.rung, n]
        },
        rung: (read) => [...read.state.rung],
      },
    })
    const alarm = participant(Alarm, {
      state: rung,
      own: { ring: v.number() },
      on: {
        set(step, { n, after_ms, timer, to }) {
          const message = to === undefined ? step.own.ring(n) : Bell.ring(to, n)
          step.send(message, { at: step.now_ms + after_ms, ...(timer !== undefined && { timer }) })
        },
        cancel: (step, timer) => step.cancel(timer),
        twice(step) {
          step.send(step.own.ring(1), { after: '1 second', timer: 'a' })
          step.send(step.own.ring(10), { after: '1 second', timer: 'a' })
          step.send(step.own.ring(100), { after: '1 second', timer: 'b' })
          step.cancel('b')
        },
        ring(step, n) {
          step.state.rung = [...step.state.rung, n]
        },
        rung: (read) => [...read.state.rung],
      },
    })
    const set = (n: number, after_ms: number, timer?: string, to?: string) =>
      Alarm.set({ n, after_ms, ...(timer !== undefined && { timer }), ...(to !== undefined && { to }) })

    test('brings its message when it is due, not before, also after a restart', async () => {
      await using world = new World(implementation)
      const before = await world.open(alarm, bell)
      for (const message of [set(1, 1_000), set(2, 5_000), set(3, 1_000, undefined, 'x')])
        await before.send(message).committed
      await world.pass(999)
      expect([await before.query(Alarm.rung()), await before.query(Bell.rung('x'))]).toEqual([[], []])
      await world.pass(1)
      expect([await before.query(Alarm.rung()), await before.query(Bell.rung('x'))]).toEqual([[1], [3]])
      await before.close()
      await world.pass(10_000)
      const host = await world.open(alarm, bell)
      await world.pass(1)
      expect(await host.query(Alarm.rung())).toEqual([1, 2])
      expect(await host.inspect('alarm').pending()).toBe(0)
    })

    test('with a name is replaced by the next, and taken back by cancel, also after a restart', async () => {
      await using world = new World(implementation)
      const before = await world.open(alarm, bell)
      for (const message of [set(1, 1_000, 'a'), set(2, 2_000, 'a'), set(3, 1_000, 'b'), set(4, 1_000, 'c', 'x')])
        await before.send(message).committed
      await before.close()
      const host = await world.open(alarm, bell)
      await host.send(Alarm.cancel('b')).committed
      await host.send(Alarm.cancel('c')).committed
      await world.pass(5_000)
      expect(await host.query(Alarm.rung())).toEqual([2])
      expect(await host.query(Bell.rung('x'))).toEqual([])
    })

    test('set twice in one step counts once', async () => {
      await using world = new World(implementation)
      const host = await world.open(alarm, bell)
      await host.send(Alarm.twice(0)).committed
      await world.pass(2_000)
      expect(await host.query(Alarm.rung())).toEqual([10])
    })
  })

  test('a timer that is due, and whose message waits for something else, is taken back all the same', async () => {
    await using world = new World(implementation)
    const Gate = address('gate', { set: v.number(), cancel: v.number(), open: v.number(), rung: query(v.number()) })
    const gate = participant(Gate, {
      state: { isOpen: false, rung: 0 },
      own: { ring: v.number() },
      on: {
        set: (step, n) => step.send(step.own.ring(n), { after: '10 ms', timer: `${n % 10}` }),
        cancel: (step, n) => step.cancel(`${n}`),
        open(step) {
          step.state.isOpen = true
          step.release('gate')
        },
        ring(step, n) {
          if (!step.state.isOpen) return step.hold('gate')
          step.state.rung += n
        },
        rung: (read) => read.state.rung,
      },
    })
    const host = await world.open(gate)
    // Of one name that is cancelled, of one that is replaced, and of one that is left alone.
    for (const n of [1, 2, 3]) await host.send(Gate.set(n)).committed
    await world.pass(100)
    await host.send(Gate.cancel(1)).committed
    await host.send(Gate.set(102)).committed
    await host.send(Gate.open(0)).committed
    await world.pass(100)
    expect(await host.query(Gate.rung())).toBe(105)
    expect(await host.inspect('gate').pending()).toBe(0)
  })

  test('messages of timers are batched, but for those that have a name and may still be taken back', async () => {
    await using world = new World(implementation)
    const Bells = address('bells', { set: v.number(), cancel: v.number(), rung: query(v.array(v.array(v.number()))) })
    const bells = participant(Bells, {
      state: { rung: value(v.array(v.array(v.number())), []) },
      own: { ring: v.number() },
      on: {
        set: (step, n) => step.send(step.own.ring(n), { after: '10 ms', ...(n < 10 && { timer: `${n}` }) }),
        cancel: (step, n) => step.cancel(`${n}`),
        ring: {
          batch: 10,
          wait: '1 second',
          run(step, all) {
            step.state.rung = [...step.state.rung.map((batch) => [...batch]), [...all].sort()]
          },
        },
        rung: (read) => read.state.rung.map((batch) => [...batch]),
      },
    })
    const host = await world.open(bells)
    for (const n of [10, 1, 20, 2, 30, 3]) await host.send(Bells.set(n)).committed
    await host.send(Bells.cancel(2)).committed
    await world.pass(5_000)
    // In no stated order: they are due at the same time.
    expect([...(await host.query(Bells.rung()))].sort()).toEqual([[1], [10, 20, 30], [3]])
    expect(await host.inspect('bells').pending()).toBe(0)
  })

  describe('a call', () => {
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
    const callee = (isBroken: () => boolean) =>
      participant(Callee, {
        state: { runs: 0 },
        on: {
          ask(step, n) {
            if (isBroken()) throw new Error('broken')
            step.state.runs += 1
            return n < 0 ? step.later(`${n}`) : `told ${n}`
          },
          tell: (step, key) => step.answer(Callee.ask, key, `at last ${key}`),
          runs: (read) => read.state.runs,
        },
        retry: { attempts_max: 2, backoff: '100 ms' },
      })

    test('brings the answer with the note, once, over restarts', async () => {
      await using world = new World(implementation)
      const before = await world.open(
        asker,
        callee(() => false),
      )
      for (const message of [Asker.go({ n: 1, timeout: false }), Asker.go({ n: -2, timeout: true })])
        await before.send(message).committed
      await quiet()
      expect(await before.query(Asker.got())).toEqual(['1: told 1'])
      await before.close()
      const host = await world.open(
        asker,
        callee(() => false),
      )
      await host.send(Callee.tell('-2')).committed
      await world.pass(60_000)
      expect(await host.query(Asker.got())).toEqual(['1: told 1', '-2: at last -2'])
      expect(world.errors).toEqual([])
    })

    test('of a participant to itself is answered, and leaves nothing waiting', async () => {
      await using world = new World(implementation)
      const Self = address('self', {
        go: v.number(),
        twice: call(v.number(), v.number()),
        got: query(v.number()),
      })
      const self = participant(Self, {
        state: { got: 0 },
        own: { doubled: answer(Self.twice) },
        on: {
          go: (step, n) => step.call(Self.twice(n), step.own.doubled()),
          twice: (_, n) => 2 * n,
          doubled(step, doubled) {
            if (doubled.ok) step.state.got += doubled.value
          },
          got: (read) => read.state.got,
        },
      })
      const host = await world.open(self)
      await Promise.all([1, 10, 100].map((n) => host.send(Self.go(n)).committed))
      await world.pass(10)
      expect(await host.query(Self.got())).toBe(222)
      expect(await host.inspect('self').pending()).toBe(0)
    })

    test('is answered with timeout when it takes too long, and a late answer counts for nothing', async () => {
      await using world = new World(implementation)
      const host = await world.open(
        asker,
        callee(() => false),
      )
      await host.send(Asker.go({ n: -1, timeout: true })).committed
      await world.pass(1_000)
      await host.send(Callee.tell('-1')).committed
      await world.pass(1_000)
      expect(await host.query(Asker.got())).toEqual(['-1: timeout'])
      expect(await host.inspect('asker').pending()).toBe(0)
    })

    test('that times out brings back its note in the version of the code that runs then', async () => {
      await using world = new World(implementation)
      const Patient = address('patient', { go: v.number(), got: query(v.array(v.number())) })
      const One = version(1, v.object({ euros: v.number() }))
      const Two = version(2, v.object({ cents: v.number() })).from(1, v.object({ euros: v.number() }), (old) => ({
        cents: old.euros * 100,
      }))
      const state = { got: value(v.array(v.number()), []) }
      const first = participant(Patient, {
        state,
        own: { told: answer(Callee.ask, One) },
        on: {
          go: (step, euros) => step.call(Callee.ask(-1), step.own.told({ euros }), { timeout: '1 second' }),
          told() {},
          got: (read) => [...read.state.got],
        },
      })
      const second = participant(Patient, {
        state,
        own: { told: answer(Callee.ask, Two) },
        on: {
          go() {},
          told(step, told, { cents }) {
            if (!told.ok) step.state.got = [...step.state.got, cents]
          },
          got: (read) => [...read.state.got],
        },
      })
      const before = await world.open(
        first,
        callee(() => false),
      )
      await before.send(Patient.go(3)).committed
      await quiet()
      await before.close()
      const host = await world.open(
        second,
        callee(() => false),
      )
      await world.pass(1_000)
      expect(await host.query(Patient.got())).toEqual([300])
    })

    test('that keeps failing is answered with dead_letter, and kept', async () => {
      await using world = new World(implementation)
      let isBroken = true
      const host = await world.open(
        asker,
        callee(() => isBroken),
      )
      await host.send(Asker.go({ n: 1, timeout: false })).committed
      await world.pass(10_000)
      expect(await host.query(Asker.got())).toEqual(['1: dead_letter'])
      const [letter] = await host.inspect('callee').deadLetters()
      isBroken = false
      await host.inspect('callee').requeue(letter?.id ?? '')
      await world.pass(10)
      expect(await host.query(Callee.runs())).toBe(1)
      expect(await host.query(Asker.got())).toEqual(['1: dead_letter'])
    })

    test('of a client finds its answer after the host was gone', async () => {
      await using world = new World(implementation)
      const before = await world.open(callee(() => false))
      await before.call(Callee.ask(5), { idempotencyKey: 'five' }).receipt.committed
      await quiet()
      await before.close()
      const host = await world.open(callee(() => false))
      const again = host.call(Callee.ask(5), { idempotencyKey: 'five' })
      expect(await again).toBe('told 5')
      expect(await again.receipt.committed).toMatchObject({ duplicate: true })
      expect(await host.query(Callee.runs())).toBe(1)
    })
  })

  describe('an effect', () => {
    const Outside = address('outside', { pay: call(v.number(), v.string()), note: v.string() })

    test('is retried with the same key, and answers once', async () => {
      await using world = new World(implementation)
      const attempts: { readonly key: string; readonly attempt: number }[] = []
      const outside = effects(
        Outside,
        {
          async pay(n, { key, attempt }) {
            attempts.push({ key, attempt })
            if (attempt < 3) throw new Error('down')
            return `paid ${n}`
          },
          async note() {
            refuse('not wanted')
          },
        },
        { retry: { attempts_max: 5, backoff: '1 second' } },
      )
      const host = await world.open(outside)
      const paid = host.call(Outside.pay(7))
      await host.send(Outside.note('x')).committed
      await world.pass(60_000)
      expect(await paid).toBe('paid 7')
      expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
      expect(new Set(attempts.map(({ key }) => key)).size).toBe(1)
      expect(attempts[0]?.key).toMatch(/^host#[^/]+\/\d+\/outside\/\d+$/)
      expect(await host.inspect('outside').deadLetters()).toMatchObject([{ error: { code: 'app:not wanted' } }])
      expect(await host.inspect('outside').pending()).toBe(0)
    })

    test('that was under way when its host went down runs again with the same key', async () => {
      await using world = new World(implementation)
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
      const before = await world.open(outside)
      await before.call(Outside.pay(7), { idempotencyKey: 'seven' }).receipt.committed
      await quiet()
      await before.close()
      hangs = false
      const host = await world.open(outside)
      await world.pass(10)
      expect(await host.call(Outside.pay(7), { idempotencyKey: 'seven' })).toBe('paid 7')
      expect(keys).toHaveLength(2)
      expect(keys[0]).toBe(keys[1])
    })

    test('that takes too long is aborted, and set aside after its last attempt; no more run at a time than may', async () => {
      await using world = new World(implementation)
      let running = 0
      let most = 0
      let aborted = 0
      const outside = effects(
        Outside,
        {
          pay: (_, { signal }) =>
            new Promise(() => {
              running += 1
              most = Math.max(most, running)
              signal.addEventListener('abort', () => {
                running -= 1
                aborted += 1
              })
            }),
          async note() {},
        },
        { retry: { attempts_max: 2, backoff: '1 second' }, timeout: '5 seconds', parallel_max: 2 },
      )
      const host = await world.open(outside)
      const paid = [1, 2, 3].map((n) => host.call(Outside.pay(n)))
      const outcomes = Promise.allSettled(paid)
      await Promise.all(paid.map(({ receipt }) => receipt.committed))
      await world.pass(60_000)
      for (const outcome of await outcomes)
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'dead_letter' } })
      expect([aborted, most]).toEqual([6, 2])
    })
  })

  describe('a batch', () => {
    const Sums = address('sums', { put: v.object({ key: v.string(), n: v.number() }), sum: query(v.number()) })
    const sums = (
      batch: { batch: number; wait?: '50 ms'; by?: (body: { key: string }) => string },
      more: { blame?: (n: number) => void; attempts_max?: number } = {},
    ) => {
      const sizes: number[] = []
      const made = participant(Sums, {
        state: { sum: 0 },
        on: {
          put: {
            ...batch,
            run(step, bodies) {
              for (const { n } of bodies) step.state.sum += n
              for (const { n } of bodies) more.blame?.(n)
              sizes.push(bodies.length)
            },
          },
          sum: (read) => read.state.sum,
        },
        retry: { attempts_max: more.attempts_max ?? 3 },
      })
      return { made, sizes }
    }
    const put = (n: number, key = '') => Sums.put({ key, n })
    const sendAll = (host: Host, messages: readonly ReturnType<typeof put>[]) =>
      Promise.all(messages.map((message) => host.send(message).committed))

    test('is one step when it is full, or when its oldest message has waited', async () => {
      await using world = new World(implementation)
      const { made, sizes } = sums({ batch: 4, wait: '50 ms' })
      const host = await world.open(made)
      await sendAll(
        host,
        [1, 2, 3, 4, 5, 6].map((n) => put(n)),
      )
      await world.pass(49)
      expect(sizes).toEqual([4])
      await world.pass(1)
      expect(sizes).toEqual([4, 2])
      expect(await host.query(Sums.sum())).toBe(21)
    })

    test('without a wait is what arrived together', async () => {
      await using world = new World(implementation)
      const { made, sizes } = sums({ batch: 100 })
      const host = await world.open(made)
      await sendAll(host, [put(1), put(2), put(3)])
      await quiet()
      expect(sizes).toEqual([3])
    })

    test('by a key is collected out of order', async () => {
      await using world = new World(implementation)
      const { made, sizes } = sums({ batch: 2, wait: '50 ms', by: ({ key }) => key })
      const host = await world.open(made)
      await sendAll(host, [put(1, 'a'), put(2, 'b'), put(3, 'a'), put(4, 'c')])
      await world.pass(50)
      expect(sizes).toEqual([2, 1, 1])
    })

    test.each([
      [
        'throws',
        3,
        () => {
          throw new Error('poison')
        },
      ],
      [
        'throws, and may be tried once only',
        1,
        () => {
          throw new Error('poison')
        },
      ],
      ['refuses', 3, () => refuse('poison')],
    ])('that %s: only the message that is to blame becomes a dead letter', async (_, attempts_max, blame) => {
      await using world = new World(implementation)
      const { made } = sums({ batch: 4 }, { blame: (n) => n === 3 && blame(), attempts_max })
      const host = await world.open(made)
      await sendAll(
        host,
        [1, 2, 3, 4].map((n) => put(n)),
      )
      await world.pass(60_000)
      expect(await host.query(Sums.sum())).toBe(7)
      expect(await host.inspect('sums').deadLetters()).toHaveLength(1)
    })
  })
})
