/** @module What waits for long doesn't make the log grow: held messages, messages of newer code, far timers, effects under way. */
import { address, call, effects, openClient, openHosted, participant, query, table, version } from '@darq/runtime'
import { encodeMessages } from '@darq/runtime/engine'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { encodeEnvelope } from '../../runtime-ts/src/crest/wire/envelope.ts'
import { quiet } from './virtual-clock.ts'
import { World } from './world.ts'

const Parcels = address('parcels', {
  packed: v.object({ order: v.string() }),
  paid: v.object({ order: v.string() }),
  fill: v.string(),
  remind: v.number(),
  sent: query(v.array(v.string())),
})
const parcels = participant(Parcels, {
  state: { paid: table(v.boolean()), sent: table(v.boolean()) },
  own: { reminder: v.number() },
  on: {
    packed(step, { order }) {
      if (!step.state.paid.has(order)) return step.hold(order)
      step.state.sent.set(order, true)
    },
    paid(step, { order }) {
      step.state.paid.set(order, true)
      step.release(order)
    },
    fill() {},
    remind: (step, n) => step.send(step.own.reminder(n), { after: '30 days', timer: `reminder ${n}` }),
    reminder: (step, n) => step.state.sent.set(`reminder ${n}`, true),
    sent: (read) => [...read.state.sent.entries()].map(([order]) => order).sort(),
  },
})

const filler = 'x'.repeat(200_000)

test('a log with held messages, unknown versions and far timers stays short, and none of them is lost', async () => {
  await using world = new World()
  const { clock, random, storage } = world
  const open = () =>
    openHosted({ name: 'host', participants: [parcels], clock, random, storage, core: 'typescript', onError: () => {} })
  const before = await open()
  const client = openClient({ link: before.link, producer: 'p', clock, random })
  await client.send(Parcels.packed({ order: 'a' })).committed
  await client.send(Parcels.packed({ order: 'b' })).committed
  for (const n of [1, 2, 3]) await client.send(Parcels.remind(n)).committed
  const newer = encodeEnvelope({ name: 'paid', body: { order: 'a', currency: 'EUR' }, version: 2 })
  await before.link.enqueue({ to: 'parcels', producer: 'newer', first: 1, messages: encodeMessages([newer]) }, () => {})
  let longest = 0
  for (let n = 0; n < 200; n += 1) {
    await client.send(Parcels.fill(filler)).committed
    longest = Math.max(longest, before.engine.darq('parcels').log_bytes)
  }
  expect(longest).toBeLessThan(12_000_000)
  expect(await client.inspect('parcels').pending()).toBe(3)
  await client.close()
  await before.close()

  const host = await open()
  const next = openClient({ link: host.link, producer: 'q', clock, random })
  await clock.advance(10)
  expect(await next.inspect('parcels').pending()).toBe(3)
  await next.send(Parcels.paid({ order: 'b' })).committed
  await clock.advance(10)
  expect(await next.query(Parcels.sent())).toEqual(['b'])
  await clock.advance(31 * 86_400_000)
  expect(await next.query(Parcels.sent())).toEqual(['b', 'reminder 1', 'reminder 2', 'reminder 3'])
  await next.close()
  await host.close()

  // The roll-out reaches this host too.
  const Newer = address('parcels', {
    packed: v.object({ order: v.string() }),
    paid: version(2, v.object({ order: v.string(), currency: v.string() })),
    sent: query(v.array(v.string())),
  })
  const renewed = participant(Newer, {
    state: { paid: table(v.boolean()), sent: table(v.boolean()) },
    on: {
      packed(step, { order }) {
        if (!step.state.paid.has(order)) return step.hold(order)
        step.state.sent.set(order, true)
      },
      paid(step, { order }) {
        step.state.paid.set(order, true)
        step.release(order)
      },
      sent: (read) => [...read.state.sent.entries()].map(([order]) => order).sort(),
    },
  })
  const after = await world.open({ participants: [renewed] })
  await clock.advance(100)
  expect(await after.inspect('parcels').pending()).toBe(0)
  expect(await after.query(Newer.sent())).toContain('a')
})

test('an effect that waits for its next attempt keeps its host from sleeping', async () => {
  await using world = new World()
  const Outside = address('outside', { pay: call(v.number(), v.string()) })
  let broken = true
  const outside = effects(
    Outside,
    {
      async pay(n) {
        if (broken) throw new Error('down')
        return `paid ${n}`
      },
    },
    { retry: { attempts_max: 1_000, backoff: '20 minutes', backoff_max: '20 minutes' } },
  )
  const host = await world.open({ participants: [outside] })
  const paid = host.call(Outside.pay(1))
  await paid.receipt.committed
  await quiet()
  const asksToWake = () => (world.storage.wakeAt_ms ?? Number.POSITIVE_INFINITY) - world.clock.now_ms()
  expect(asksToWake()).toBeLessThanOrEqual(60_000)
  await world.clock.advance(300_000)
  expect(asksToWake()).toBeLessThanOrEqual(60_000)
  broken = false
  await world.clock.advance(1_200_000)
  expect(await paid).toBe('paid 1')
  await world.clock.advance(120_000)
  expect(world.storage.wakeAt_ms).toBeUndefined()
})
