/**
 * Exactly once, whatever becomes of streams, hosts and processors: seeded, under virtual time.
 */
import type { Delivered, NonEmpty } from '@darq/runtime/engine'
import type { RemoteAttached } from '@darq/runtime/processor'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { id, messages, seeded, sequence } from '../engine/world.ts'
import { Keeper, text } from './fixture/processors.ts'
import { Town } from './town.ts'

const faults = ['cut', 'mute', 'crash', 'newer', 'throw', 'slow'] as const
const happened = { cut: 0, mute: 0, crash: 0, newer: 0, throw: 0, slow: 0, resumed: 0, remade: 0 }
const total = 60

/** Throws where it is told to; takes its time where it is told to. */
class Actor extends Keeper {
  readonly #town: { shouldThrow: boolean; shouldWait: Promise<void> | undefined }

  constructor(town: { shouldThrow: boolean; shouldWait: Promise<void> | undefined }) {
    super()
    this.#town = town
  }

  override async deliver<Turn>(delivered: NonEmpty<Delivered<Turn>>, attached: RemoteAttached): Promise<void> {
    await this.#town.shouldWait
    super.deliver(delivered, attached)
    if (!this.#town.shouldThrow) return
    this.#town.shouldThrow = false
    throw new Error('thrown on purpose')
  }
}

async function live(seed: number): Promise<string[]> {
  const random = seeded(seed)
  const town = await Town.open({ resume_ms: 2_000, beat_ms: 50, silent_ms_max: 300, hung_ms_max: 1_000 }, seed)
  town.delay_ms = () => Math.floor(random() * 20)
  const stage: { shouldThrow: boolean; shouldWait: Promise<void> | undefined } = {
    shouldThrow: false,
    shouldWait: undefined,
  }
  let goOn = () => {}
  let made = 0
  const keep = () =>
    town.keep(
      () => {
        made += 1
        return new Actor(stage)
      },
      { limits: { beat_ms: 50, silent_ms_max: 300, retry_ms: 10, retry_ms_max: 200, steps_max: 1_000 } },
    )
  let hold = keep()

  const act = {
    cut: () => town.pair?.cut(),
    mute: () => town.pair?.mute(),
    crash: () => town.crash(),
    newer: () => {
      hold = keep()
    },
    throw: () => {
      stage.shouldThrow = true
    },
    slow: () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      stage.shouldWait = promise
      goOn = resolve
    },
  }
  for (let round = 0; round < 40; round += 1) {
    offer(town, 1 + Math.floor(random() * total))
    const fault = random() < 0.5 ? faults[Math.floor(random() * faults.length)] : undefined
    if (fault) {
      happened[fault] += 1
      await act[fault]()
    }
    const before = { pair: town.pair, made }
    await town.pass(Math.floor(random() * 150))
    if (town.pair !== before.pair && made === before.made) happened.resumed += 1
    if (random() < 0.5) {
      stage.shouldWait = undefined
      goOn()
    }
  }
  // The faults stop: everything becomes quiet, with nothing stuck.
  stage.shouldWait = undefined
  goOn()
  hold.close()
  // The last hello wins: one of the closed processor's may still be under way.
  await town.pass(100)
  hold = keep()
  offer(town, total)
  await town.pass(10_000)
  happened.remade += made
  expect(town.darq.waiting).toBe(0)
  expect(town.darq.unconsumed).toBe(1)
  return stateOf(town)
}

/** Sends what the DARQ doesn't have of the messages up to this one. */
function offer({ darq }: Town, last: number): void {
  const first = darq.expected(id('p'))
  const texts = Array.from({ length: Math.max(last - first + 1, 0) }, (_, index) => `${first + index}`)
  if (texts.length > 0) darq.enqueue(id('p'), sequence(first), messages(...texts))
}

function stateOf({ darq }: Town): string[] {
  let seen: string[] = []
  darq.attach({
    restore(_checkpoint: unknown, self: Iterable<Delivered<'restore'>>) {
      for (const message of self) seen = JSON.parse(message.read(text))
    },
    deliver() {},
    detached() {},
  })
  return seen
}

test('every message is consumed once and in order, whatever is cut, muted, crashed, superseded or thrown', async () => {
  const expected = Array.from({ length: total }, (_, index) => `${index + 1}`)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 - 1 }), async (seed) => {
      expect(await live(seed)).toEqual(expected)
    }),
    { numRuns: 60, seed: 7 },
  )
  for (const [fault, count] of Object.entries(happened)) expect(count, `${fault} has happened`).toBeGreaterThan(10)
}, 60_000)
