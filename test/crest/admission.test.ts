/** @module A message enters once. */
import { address, participant, query, type Schema } from '@darq/runtime'
import { expect, test } from 'vitest'
import { World } from './world.ts'

let checks = 0
const numbers: Schema<number[]> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate(value) {
      checks += 1
      return Array.isArray(value) ? { value } : { issues: [{ message: 'expected a list' }] }
    },
  },
}
const whole: Schema<number> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => (typeof value === 'number' ? { value } : { issues: [{ message: 'expected a number' }] }),
  },
}

const Adder = address('adder/*', { add: numbers, total: query(whole) })

test('what a client sends is checked once on its host', async () => {
  await using world = new World()
  const adder = participant(Adder, {
    state: { total: 0 },
    on: {
      add(step, list) {
        for (const number of list) step.state.total += number
      },
      total: (read) => read.state.total,
    },
  })
  const host = await world.open({ participants: [adder] })
  const message = Adder.add('a', [1, 2])
  checks = 0
  await host.send(message).committed
  expect(await host.query(Adder.total('a'))).toBe(3)
  expect(checks).toBe(1)
})

test('a message that is tried again is as it was sent, whatever its handler has done to it', async () => {
  await using world = new World()
  let attempts = 0
  const adder = participant(Adder, {
    state: { total: 0 },
    on: {
      add(step, list) {
        attempts += 1
        step.state.total += list.length
        // Types forbid it; JavaScript doesn't.
        Reflect.set(list, list.length, 7)
        if (attempts === 1) throw new Error('not yet')
      },
      total: (read) => read.state.total,
    },
  })
  const host = await world.open({ participants: [adder] })
  await host.send(Adder.add('a', [1, 2])).committed
  await world.clock.advance(60_000)
  expect(attempts).toBe(2)
  expect(await host.query(Adder.total('a'))).toBe(2)
})
