/** @module Messages out of order and at their time: hold, release, timers. */
import { address, participant, query, table, value } from '@darq/runtime'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { parcels } from '../examples/orders.ts'
import { World } from './world.ts'

describe('a held message', () => {
  test('did not happen, until what it waits for is there', async () => {
    await using world = new World()
    const Parcels = address('parcels', {
      packed: v.object({ order: v.string() }),
      paid: v.object({ order: v.string() }),
    })
    const host = await world.open({ participants: [parcels] })
    await host.send(Parcels.packed({ order: 'a' })).committed
    await host.send(Parcels.packed({ order: 'b' })).committed
    await world.clock.advance(60_000)
    expect(await host.inspect('parcels').pending()).toBe(2)
    await host.send(Parcels.paid({ order: 'b' })).committed
    await world.clock.advance(10)
    expect(await host.inspect('parcels').pending()).toBe(1)
    await host.close()
    const next = await world.open({ participants: [parcels] })
    await next.send(Parcels.paid({ order: 'a' })).committed
    await world.clock.advance(10)
    expect(await next.inspect('parcels').pending()).toBe(0)
    expect(world.errors).toEqual([])
  })

  test('leaves no trace in the state of the step that held it', async () => {
    await using world = new World()
    const Gate = address('gate', { go: v.number(), open: v.number(), look: query(v.array(v.number())) })
    const gate = participant(Gate, {
      state: { open: false, seen: value(v.array(v.number()), []) },
      on: {
        go(step, n) {
          step.state.seen = [...step.state.seen, n]
          if (!step.state.open) return step.hold('gate')
        },
        open(step) {
          step.state.open = true
          step.release('gate')
        },
        look: (read) => [...read.state.seen],
      },
    })
    const host = await world.open({ participants: [gate] })
    await host.send(Gate.go(1)).committed
    expect(await host.query(Gate.look())).toEqual([])
    await host.send(Gate.open(0)).committed
    await world.clock.advance(1)
    expect(await host.query(Gate.look())).toEqual([1])
  })
})

const Alarm = address('alarm', {
  set: v.object({ n: v.number(), after_ms: v.number(), timer: v.optional(v.string()) }),
  cancel: v.string(),
  rung: query(v.array(v.number())),
})
const alarm = participant(Alarm, {
  state: { rung: value(v.array(v.number()), []) },
  own: { ring: v.number() },
  on: {
    set(step, { n, after_ms, timer }) {
      step.send(step.own.ring(n), { at: step.now_ms + after_ms, ...(timer !== undefined && { timer }) })
    },
    cancel: (step, timer) => step.cancel(timer),
    ring(step, n) {
      if (n < 0) throw new Error('broken')
      step.state.rung = [...step.state.rung, n]
    },
    rung: (read) => [...read.state.rung],
  },
})

describe('a timer', () => {
  test('sends its message at its time, also over a restart', async () => {
    await using world = new World()
    const before = await world.open({ participants: [alarm] })
    await before.send(Alarm.set({ n: 1, after_ms: 1_000 })).committed
    await before.send(Alarm.set({ n: 2, after_ms: 2_000, timer: 'second' })).committed
    await world.clock.advance(999)
    expect(await before.query(Alarm.rung())).toEqual([])
    expect(await before.inspect('alarm').pending()).toBe(0)
    await world.clock.advance(1)
    expect(await before.query(Alarm.rung())).toEqual([1])
    await before.close()
    const host = await world.open({ participants: [alarm] })
    await world.clock.advance(5_000)
    expect(await host.query(Alarm.rung())).toEqual([1, 2])
    expect(await host.inspect('alarm').pending()).toBe(0)
  })

  test('with a name is replaced by the next, and taken back by cancel, also after a restart', async () => {
    await using world = new World()
    const before = await world.open({ participants: [alarm] })
    await before.send(Alarm.set({ n: 1, after_ms: 1_000, timer: 'a' })).committed
    await before.send(Alarm.set({ n: 2, after_ms: 2_000, timer: 'a' })).committed
    await before.send(Alarm.set({ n: 3, after_ms: 1_000, timer: 'b' })).committed
    await before.close()
    const host = await world.open({ participants: [alarm] })
    await host.send(Alarm.cancel('b')).committed
    await world.clock.advance(5_000)
    expect(await host.query(Alarm.rung())).toEqual([2])
  })

  test('that has fired is taken back all the same, as long as its message was not handled', async () => {
    await using world = new World()
    const host = await world.open({ participants: [alarm] })
    // Its handler fails, so that it waits for another attempt.
    await host.send(Alarm.set({ n: -1, after_ms: 5, timer: 'a' })).committed
    await world.clock.advance(10)
    expect(world.errors).toHaveLength(1)
    await host.send(Alarm.cancel('a')).committed
    await world.clock.advance(60_000)
    expect(world.errors).toHaveLength(1)
    expect(await host.query(Alarm.rung())).toEqual([])
    expect(await host.inspect('alarm').pending()).toBe(0)
  })

  test('set twice in one step counts once', async () => {
    await using world = new World()
    const Twice = address('twice', { go: v.number(), rung: query(v.number()) })
    const Other = address('other', { ring: v.number(), rung: query(v.number()) })
    const other = participant(Other, {
      state: { rung: 0 },
      on: {
        ring(step, n) {
          step.state.rung += n
        },
        rung: (read) => read.state.rung,
      },
    })
    const twice = participant(Twice, {
      state: { rung: 0, notes: table(v.number()) },
      own: { ring: v.number() },
      on: {
        go(step) {
          step.send(step.own.ring(1), { after: '1 second', timer: 'a' })
          step.send(step.own.ring(10), { after: '1 second', timer: 'a' })
          step.send(step.own.ring(100), { after: '1 second', timer: 'b' })
          step.cancel('b')
          step.send(Other.ring(1), { after: '1 second', timer: 'c' })
          step.send(Other.ring(10), { after: '1 second', timer: 'c' })
        },
        ring(step, n) {
          step.state.rung += n
        },
        rung: (read) => read.state.rung,
      },
    })
    const host = await world.open({ participants: [twice, other] })
    await host.send(Twice.go(1)).committed
    await world.clock.advance(2_000)
    expect(await host.query(Twice.rung())).toBe(10)
    expect(await host.query(Other.rung())).toBe(10)
  })
})
