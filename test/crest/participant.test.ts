/** @module What a participant may rely on: one behaviour each, on a real host. */
import { address, participant, query, refuse, type Step, table, value, version } from '@darq/runtime'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { World } from './world.ts'

const Counter = address('counter/*', {
  add: v.number(),
  fail: v.string(),
  look: query(v.number()),
  tags: query(v.record(v.string(), v.number())),
})
const counter = participant(Counter, {
  state: { total: 0, list: value(v.array(v.string()), []), tags: table(v.number()) },
  on: {
    add(step, n) {
      step.state.total += n
      step.state.tags.update(`n${n}`, (old = 0) => old + 1)
    },
    fail(step, reason) {
      step.state.total += 1_000
      step.state.tags.set('lost', 1)
      step.state.tags.delete('n1')
      throw new Error(reason)
    },
    look: (read) => read.state.total,
    tags: (read) => Object.fromEntries(read.state.tags.entries()),
  },
})

describe('a participant', () => {
  test('of a family has state of its own for each key', async () => {
    await using world = new World()
    const host = await world.open({ participants: [counter] })
    await Promise.all([host.send(Counter.add('a', 1)).committed, host.send(Counter.add('b', 5)).committed])
    expect([await host.query(Counter.look('a')), await host.query(Counter.look('b'))]).toEqual([1, 5])
  })

  test('keeps its state over a restart, message by message', async () => {
    await using world = new World()
    for (let life = 1; life <= 3; life += 1) {
      const host = await world.open({ participants: [counter] })
      await host.send(Counter.add('a', life)).committed
      await host.close()
    }
    const host = await world.open({ participants: [counter] })
    expect(await host.query(Counter.look('a'))).toBe(6)
    expect(await host.query(Counter.tags('a'))).toEqual({ n1: 1, n2: 1, n3: 1 })
  })

  test('is undone by a throw, goes on, and retries with growing pauses until the message is a dead letter', async () => {
    await using world = new World()
    const tries: number[] = []
    const Shaky = address('shaky', { go: v.number(), ok: v.number(), sum: query(v.number()) })
    const shaky = participant(Shaky, {
      state: { sum: 0 },
      on: {
        go(step, n) {
          tries.push(step.now_ms)
          step.state.sum += n
          throw new Error('no')
        },
        ok(step, n) {
          step.state.sum += n
        },
        sum: (read) => read.state.sum,
      },
      retry: { attempts_max: 4, backoff: '100 ms', backoff_max: '1 second' },
    })
    const host = await world.open({ participants: [shaky] })
    await host.send(Shaky.go(100)).committed
    await host.send(Shaky.ok(1)).committed
    expect(await host.query(Shaky.sum())).toBe(1)
    await world.clock.advance(10_000)
    expect(tries).toHaveLength(4)
    const [first = 0, second = 0, third = 0, fourth = 0] = tries
    expect(second - first).toBeGreaterThanOrEqual(50)
    expect(fourth - third).toBeGreaterThan(second - first)
    const [letter] = await host.inspect('shaky').deadLetters()
    expect(letter).toMatchObject({ name: 'go', attempts: 4, error: { message: 'no' } })
    expect(await host.inspect('shaky').pending()).toBe(0)
    expect(await host.query(Shaky.sum())).toBe(1)
  })

  test('gives dead letters back when it is asked to, over a restart, and forgets those that are dropped', async () => {
    await using world = new World()
    let broken = true
    const Shaky = address('shaky', { go: v.number(), sum: query(v.number()) })
    const shaky = participant(Shaky, {
      state: { sum: 0 },
      on: {
        go(step, n) {
          if (broken) refuse('broken')
          step.state.sum += n
        },
        sum: (read) => read.state.sum,
      },
    })
    const before = await world.open({ participants: [shaky] })
    await Promise.all([1, 10, 100].map((n) => before.send(Shaky.go(n)).committed))
    await world.clock.advance(10)
    await before.close()
    const host = await world.open({ participants: [shaky] })
    const inspect = host.inspect('shaky')
    const letters = await inspect.deadLetters()
    expect(letters.map(({ error }) => error.code)).toEqual(['app:broken', 'app:broken', 'app:broken'])
    broken = false
    await inspect.requeue(letters[0]?.id ?? '')
    await inspect.requeue(letters[0]?.id ?? '')
    await inspect.drop(letters[1]?.id ?? '')
    await world.clock.advance(10)
    expect(await host.query(Shaky.sum())).toBe(1)
    expect(await inspect.deadLetters()).toMatchObject([{ id: letters[2]?.id }])
  })

  test('is refused a promise', async () => {
    await using world = new World()
    const Lazy = address('lazy', { go: v.number(), runs: query(v.number()) })
    const lazy = participant(Lazy, {
      state: { runs: 0 },
      on: {
        // What the types refuse, from somebody without types.
        go: (async (step: { state: { runs: number } }) => {
          step.state.runs += 1
          throw new Error('later')
        }) as unknown as () => void,
        runs: (read) => read.state.runs,
      },
      retry: { attempts_max: 1 },
    })
    const host = await world.open({ participants: [lazy] })
    await host.send(Lazy.go(1)).committed
    expect(await host.query(Lazy.runs())).toBe(0)
    expect(await host.inspect('lazy').deadLetters()).toMatchObject([{ error: { code: 'step_async' } }])
  })

  test('can’t use a step that is over', async () => {
    await using world = new World()
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
    const host = await world.open({ participants: [keeper] })
    await host.send(Keeper.go(7)).committed
    const closed = expect.objectContaining({ code: 'step_closed' })
    expect(() => sent?.()).toThrowError(closed)
    expect(() => {
      if (kept !== undefined) kept.state.n = 2
    }).toThrowError(closed)
    expect(await host.query(Keeper.look())).toBe(7)
  })

  test('sees in a step what it has written before', async () => {
    await using world = new World()
    const Twice = address('twice', { go: v.number(), seen: query(v.array(v.unknown())) })
    const twice = participant(Twice, {
      state: { seen: value(v.array(v.unknown()), []), cells: table(v.number()) },
      on: {
        go(step) {
          const { cells } = step.state
          cells.set('a', 1)
          cells.update('a', (old = 0) => old + 1)
          cells.set('b', 5)
          cells.delete('b')
          step.state.seen = [cells.get('a'), cells.has('b'), cells.size, [...cells.entries({ prefix: 'a' })]]
        },
        seen: (read) => [...read.state.seen],
      },
    })
    const host = await world.open({ participants: [twice] })
    await host.send(Twice.go(1)).committed
    expect(await host.query(Twice.seen())).toEqual([2, false, 1, [['a', 2]]])
  })
})

describe('a message', () => {
  test('with a wrong body is refused to its sender, and only that one', async () => {
    await using world = new World()
    const host = await world.open({ participants: [counter] })
    const bad = Counter.add('a', 'x' as unknown as number)
    const receipts = [host.send(Counter.add('a', 1)), host.send(bad), host.send(Counter.add('a', 2))]
    const outcomes = await Promise.allSettled(receipts.map(({ committed }) => committed))
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    await expect(receipts[1]?.committed).rejects.toMatchObject({ code: 'schema', facts: { index: 1 } })
    expect(await host.query(Counter.look('a'))).toBe(3)
  })

  test('to nobody is refused to its sender', async () => {
    await using world = new World()
    const host = await world.open({ participants: [counter] })
    const Nobody = address('nobody', { go: v.number() })
    await expect(host.send(Nobody.go(1)).accepted).rejects.toMatchObject({ code: 'unknown_address' })
    const Other = address('counter/*', { gone: v.number() })
    await expect(host.send(Other.gone('a', 1)).accepted).rejects.toMatchObject({ code: 'unknown_message' })
  })

  test('from newer code waits for it, and others go on', async () => {
    await using world = new World()
    const Old = address('prices', { paid: version(1, v.object({ euros: v.number() })), cents: query(v.number()) })
    const Paid = version(2, v.object({ cents: v.number() })).from(1, v.object({ euros: v.number() }), (old) => ({
      cents: old.euros * 100,
    }))
    const New = address('prices', { paid: Paid, cents: query(v.number()) })
    const state = { cents: 0 }
    const before = await world.open({
      participants: [
        participant(Old, {
          state,
          on: {
            paid(step, { euros }) {
              step.state.cents += euros * 100
            },
            cents: (read) => read.state.cents,
          },
        }),
      ],
    })
    await before.send(New.paid({ cents: 7 })).committed
    await before.send(Old.paid({ euros: 1 })).committed
    expect(await before.query(Old.cents())).toBe(100)
    expect(await before.inspect('prices').pending()).toBe(1)
    expect(world.errors).toContainEqual({ code: 'newer_version', where: 'prices' })
    await before.close()
    const after = await world.open({
      participants: [
        participant(New, {
          state,
          on: {
            paid(step, { cents }) {
              step.state.cents += cents
            },
            cents: (read) => read.state.cents,
          },
        }),
      ],
    })
    await after.send(Old.paid({ euros: 2 })).committed
    await world.clock.advance(10)
    expect(await after.query(New.cents())).toBe(307)
  })

  test('that a step sends to nobody fails the step', async () => {
    await using world = new World()
    const Lost = address('lost', { go: v.number() })
    const Nobody = address('nobody', { go: v.number() })
    const lost = participant(Lost, { on: { go: (step, n) => step.send(Nobody.go(n)) }, retry: { attempts_max: 1 } })
    const host = await world.open({ participants: [lost] })
    await host.send(Lost.go(1)).committed
    await world.clock.advance(10)
    expect(await host.inspect('lost').deadLetters()).toMatchObject([{ error: { code: 'unknown_address' } }])
  })
})

describe('state with a schema that has a past', () => {
  test('is upgraded when it is restored', async () => {
    await using world = new World()
    const Box = address('box', { put: v.number(), look: query(v.unknown()) })
    const one = version(1, v.object({ euros: v.number() }))
    const two = version(2, v.object({ cents: v.number() })).from(1, v.object({ euros: v.number() }), (old) => ({
      cents: old.euros * 100,
    }))
    const first = participant(Box, {
      state: { items: table(one) },
      on: {
        put: (step, n) => step.state.items.set(`${n}`, { euros: n }),
        look: (read) => [...read.state.items.entries()],
      },
    })
    const second = participant(Box, {
      state: { items: table(two) },
      on: {
        put: (step, n) => step.state.items.set(`${n}`, { cents: n }),
        look: (read) => [...read.state.items.entries()],
      },
    })
    const before = await world.open({ participants: [first] })
    await before.send(Box.put(1)).committed
    await before.close()
    const after = await world.open({ participants: [second] })
    await after.send(Box.put(2)).committed
    expect(await after.query(Box.look())).toEqual([
      ['1', { cents: 100 }],
      ['2', { cents: 2 }],
    ])
  })
})

describe('a definition', () => {
  test('refuses what the types refuse, for callers without types', () => {
    const go = address('a', { go: v.number() })
    const loose = participant as unknown as (address: unknown, definition: unknown) => unknown
    const invalid = expect.objectContaining({ code: 'invalid_argument' })
    expect(() => loose(go, { on: {} })).toThrowError(invalid)
    expect(() => loose(go, { on: { go() {}, gone() {} } })).toThrowError(invalid)
    expect(() => loose(go, { on: { go: 1 } })).toThrowError(invalid)
    expect(() => loose(go, { own: { go: v.number() }, on: { go() {} } })).toThrowError(invalid)
    expect(() => loose(go, { on: { go: { batch: 0, run() {} } } })).toThrowError(invalid)
    expect(() => address('a', { $go: v.number() })).toThrowError(invalid)
    expect(() => address('a*b', { go: v.number() })).toThrowError(expect.objectContaining({ code: 'unknown_address' }))
  })
})
