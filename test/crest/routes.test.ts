/** @module Two hosts: names, routes, channels between them, and clients that reach through. */
import { openHost, openHosted } from '@darq/runtime'
import { memory } from '@darq/runtime/storage'
import { inProcess } from '@darq/runtime/transport'
import { expect, test } from 'vitest'
import { Flights, Totals } from '../examples/flights.address.ts'
import { flights, totals } from '../examples/flights.ts'
import { VirtualClock } from './virtual-clock.ts'

test('what one host computes arrives at the other once, over a network that loses and repeats', async () => {
  const clock = new VirtualClock()
  let seed = 5
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const fates = { lost: 0, repeated: 0 }
  const fate = () => {
    const dice = random()
    if (dice < 0.3) fates.lost += 1
    else if (dice < 0.5) fates.repeated += 1
    return dice < 0.3 ? [] : dice < 0.5 ? [0, 30] : [0]
  }
  const network = inProcess({ clock, fate })
  const edge = await openHosted({
    name: 'edge',
    participants: [totals],
    storage: memory(),
    clock,
    random,
    reply: network.transport('edge'),
  })
  network.join('edge', { receive: (from, frame) => edge.engine.receive(from, frame), link: () => edge.link })
  const tab = await openHost({
    name: 'tab',
    participants: [flights],
    routes: { totals: network.route('tab', 'edge') },
    storage: memory(),
    clock,
    random,
  })
  const count = 6_000
  const origins = ['SEA', 'SFO', 'OAK']
  for (let n = 0; n < count; n += 1) {
    const origin = origins[n % 3] ?? ''
    if (n % 100 === 0) await clock.advance(5_000)
    tab.send(Flights.flight({ date: '2001/01/01', delay: n % 60, distance: 1, origin, destination: 'X' }))
  }
  for (let round = 0; round < 100; round += 1) await clock.advance(1_000)
  const here = await tab.query(Flights.delays(), { grade: 'committed' })
  // Asked at the tab, answered by the edge.
  const there = await tab.query(Totals.delays(), { grade: 'committed' })
  expect(Object.values(here).reduce((sum, delay) => sum + delay.count, 0)).toBe(count)
  expect(there).toEqual(here)
  expect(fates.lost).toBeGreaterThan(3)
  expect(fates.repeated).toBeGreaterThan(3)
  await tab.close()
  await edge.close()
})
