import { type Darq, DarqError, type Delivered, type Engine, openEngine } from '@darq/runtime/engine'
import { afterAll, describe, expect, test } from 'vitest'
import { platformClock } from '../../runtime-ts/src/clock.ts'
import type { Storage } from '../../runtime-ts/src/storage/contract.ts'
import { memory } from '../../runtime-ts/src/storage/memory.ts'
import { id, messages, sequence } from '../engine/world.ts'
import { text } from './fixture/processors.ts'
import { colocated, inWorker, overStream } from './places.ts'

const open = (storage: Storage = memory()): Promise<Engine> =>
  openEngine({ name: 'host', storage, clock: platformClock(), random: Math.random, core: 'typescript' })

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`)

/** Goes on where the DARQ expects this producer to. */
function send(darq: Darq, all: readonly string[]): void {
  const first = darq.expected(id('p'))
  const rest = all.slice(first - 1)
  if (rest.length > 0) darq.enqueue(id('p'), sequence(first), messages(...rest))
}

/** Resolves when the DARQ has changed so that it holds. */
function until(darq: Darq, holds: () => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = () => {
    if (holds()) resolve()
  }
  const unwatch = darq.watch(look)
  look()
  return promise.finally(unwatch)
}

const consumed = (darq: Darq) => until(darq, () => darq.waiting === 0)

/** What the unconsumed self-message says. Takes the DARQ. */
function stateOf(darq: Darq): string[] {
  let seen: string[] = []
  darq.attach({
    restore(_checkpoint: unknown, self: Iterable<Delivered<'restore'>>) {
      const states = [...self].map((message) => message.read(text))
      expect(states.length).toBeLessThanOrEqual(1)
      seen = states.length === 0 ? [] : JSON.parse(states[0] ?? '')
    },
    deliver() {},
    detached() {},
  })
  return seen
}

for (const place of [colocated(), inWorker(), overStream()])
  describe(`a processor ${place.name}`, () => {
    afterAll(() => place.end())

    test('counts every message once, in order', async () => {
      const darq = (await open()).darq('counter')
      place.attach(darq)
      send(darq, numbers(1, 300))
      await consumed(darq)
      send(darq, numbers(1, 600))
      await consumed(darq)
      expect(stateOf(darq)).toEqual(numbers(1, 600))
    })

    test('consumes out of order', async () => {
      const darq = (await open()).darq('holds')
      place.attach(darq)
      send(darq, ['hold a', '1', 'hold b', '2', 'release', '3'])
      await consumed(darq)
      expect(stateOf(darq)).toEqual(['1', '2', 'hold b', 'hold a', 'release', '3'])
    })

    test('consumes many in one step', async () => {
      const engine = await open()
      const darq = engine.darq('batches')
      place.attach(darq)
      send(darq, numbers(1, 95))
      await until(darq, () => darq.waiting === 5)
      expect(engine.counts.steps).toBe(9)
      expect(stateOf(darq).at(-1)).toBe(numbers(81, 90).join(' '))
    })

    test('that throws begins again from the log', async () => {
      const darq = (await open()).darq(`faulty, throws ${place.name}`)
      const errors: string[] = []
      place.attach(darq, { onError: (error) => errors.push(error.message) })
      send(darq, ['1', '2', 'throw', '3', '4'])
      await consumed(darq)
      expect(stateOf(darq)).toEqual(['1', '2', 'throw', '3', '4'])
      expect(errors).toEqual([expect.stringContaining('thrown on purpose')])
    })

    test.runIf(place.isWatched)('that hangs is noticed and replaced', async () => {
      const darq = (await open()).darq(`faulty, hangs ${place.name}`)
      const hung = place.attach(darq)
      send(darq, ['1', 'hang', '2'])
      expect(await hung.ended).toMatchObject({ code: 'timeout' })
      expect(darq.waiting).toBe(1)
      place.attach(darq)
      await consumed(darq)
      expect(stateOf(darq)).toEqual(['1', 'hang', '2'])
    })

    test('that disappears in the middle of its steps leaves whole steps behind', async () => {
      const darq = (await open()).darq(`faulty, disappears ${place.name}`)
      let served = place.attach(darq)
      send(darq, ['1', '2', 'disappear', '3', '4'])
      let ends = 0
      // Where its last steps were lost with it, it meets the message again.
      while ((await Promise.race([consumed(darq), served.ended.then(() => 'ended')])) === 'ended') {
        ends += 1
        served = place.attach(darq)
      }
      expect(ends).toBeGreaterThan(0)
      expect(stateOf(darq)).toEqual(['1', '2', 'disappear', '3', '4'])
    })

    test('gives way to a newer one', async () => {
      const darq = (await open()).darq('counter')
      const older = place.attach(darq)
      send(darq, numbers(1, 50))
      await consumed(darq)
      place.attach(darq)
      send(darq, numbers(1, 100))
      await older.ended
      await consumed(darq)
      expect(stateOf(darq)).toEqual(numbers(1, 100))
    })

    test('goes on after its host has crashed', async () => {
      const storage = memory()
      const first = await open(storage)
      const before = place.attach(first.darq('counter'))
      send(first.darq('counter'), numbers(1, 100))
      await until(first.darq('counter'), () => first.counts.steps > 20)
      first.abandon(new DarqError('closed', { message: 'crashed' }))
      await before.ended
      const second = await open(storage)
      const darq = second.darq('counter')
      place.attach(darq)
      send(darq, numbers(1, 150))
      await consumed(darq)
      expect(stateOf(darq)).toEqual(numbers(1, 150))
    })

    test('that is slow gets no more than it has asked for', async () => {
      const darq = (await open()).darq('slow')
      place.attach(darq, { limits: { window: { bytes: 1024, messages: 3 } } })
      send(darq, numbers(1, 100))
      await consumed(darq)
      expect(stateOf(darq)).toEqual(numbers(1, 100))
    })
  })
