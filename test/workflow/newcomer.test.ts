/** Three workflows as somebody would write them first. */
import { address, call, DarqError, query, refuse } from '@darq/runtime'
import { control, workflow } from '@darq/runtime/workflow'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { Echo, WorkflowPlace } from './place.ts'

const hour_ms = 3_600_000

test('a reminder every day until somebody has seen to it, then one to the boss', async () => {
  await using place = new WorkflowPlace()
  const Reminder = address(
    'reminder/*',
    { start: call(v.string(), v.number()), done: v.object({ by: v.string() }), sent: query(v.number()) },
    { darqs: 4 },
  )
  const reminder = workflow(Reminder, async (flow, what) => {
    for (let sent = 1; sent <= 3; sent += 1) {
      await flow.send(Echo.tell(`${what} (${sent})`))
      flow.show('sent', sent)
      if ((await flow.receive('done', { timeout: '1 day' })) !== undefined) return sent
    }
    await flow.send(Echo.tell(`boss: ${what}`))
    return 4
  })
  const host = await place.open(reminder)
  const tax = host.call(Reminder.start('tax', 'file the tax return'))
  const tea = host.call(Reminder.start('tea', 'buy tea'))
  await place.advance(25 * hour_ms)
  expect(await host.query(Reminder.sent('tea'))).toBe(2)
  await host.send(Reminder.done('tea', { by: 'ann' })).committed
  await place.advance(80 * hour_ms)
  expect(await tea).toBe(2)
  expect(await tax).toBe(4)
  expect(await host.query(Echo.told())).toMatchObject({ 'boss: file the tax return': 1, 'buy tea (2)': 1 })
})

test('a poll of the outside world that goes on for ever, in a journal that stays short', async () => {
  await using place = new WorkflowPlace()
  const Poll = address('poll', {
    start: call(v.object({ seen: v.number() }), v.null()),
    seen: query(v.number()),
  })
  let outside = 1
  const poll = workflow(Poll, async (flow, { seen }) => {
    const now = await flow.effect('look', async () => outside)
    if (now !== seen) await flow.send(Echo.tell(`it is ${now}`))
    flow.show('seen', now)
    await flow.sleep('10 minutes')
    return flow.continueAsNew({ seen: now })
  })
  const host = await place.open(poll)
  const polled = host.call(Poll.start({ seen: 0 }))
  polled.catch(() => {})
  await place.advance(hour_ms)
  outside = 2
  await place.advance(24 * hour_ms)
  expect(await host.query(Echo.told())).toEqual({ 'it is 1': 1, 'it is 2': 1 })
  const { run, steps } = await host.query(control(Poll).describe(''))
  expect(run).toBeGreaterThan(100)
  expect(steps.map(({ what }) => what)).toEqual(['effect look', 'sleep'])
  await host.send(control(Poll).cancel('')).committed
  await expect(polled).rejects.toMatchObject({ code: 'cancelled' })
})

test('a trip: flight and hotel at the same time; if one fails, the other is given back', async () => {
  await using place = new WorkflowPlace()
  const Trip = address('trip/*', { start: call(v.object({ hotel: v.string() }), v.array(v.string())) }, { darqs: 1 })
  const booked = new Map<string, string>()
  const trip = workflow(Trip, async (flow, { hotel }) => {
    const book = async (what: string) => {
      // Before it is booked: who has asked, and not heard, must give back as well.
      flow.undo(`cancel ${what}`, () => flow.effect(`cancel ${what}`, async () => booked.delete(what)))
      return flow.effect(`book ${what}`, async ({ key }) => {
        if (what === 'full') throw new DarqError('app:no room')
        booked.set(what, key)
        return `${what} booked`
      })
    }
    const both = await Promise.all([book('flight'), book(hotel)])
    if (both.length !== 2) refuse('impossible')
    return both
  })
  const host = await place.open(trip)
  expect(await host.call(Trip.start('a', { hotel: 'sea view' }))).toEqual(['flight booked', 'sea view booked'])
  expect([...booked.keys()]).toEqual(['flight', 'sea view'])
  booked.clear()
  await expect(host.call(Trip.start('b', { hotel: 'full' }))).rejects.toMatchObject({ code: 'app:no room' })
  expect([...booked.keys()]).toEqual([])
})
