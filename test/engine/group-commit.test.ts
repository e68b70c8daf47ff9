/** @module When a commit starts. */
import { type Attached, type Delivered, encodeMessages, type NonEmpty, type Processor } from '@darq/runtime/engine'
import { expect, test } from 'vitest'
import { id, messages, sequence, World } from './world.ts'

/** Consumes each message in a step of its own. */
class Consumer implements Processor {
  consumed = 0
  readonly #after: (consumed: number) => void

  constructor(after: (consumed: number) => void = () => {}) {
    this.#after = after
  }

  restore(): void {}

  deliver<Turn>(delivered: NonEmpty<Delivered<Turn>>, attached: Attached): void {
    for (const { lsn } of delivered) {
      attached.step({ consume: [lsn] })
      this.consumed += 1
      this.#after(this.consumed)
    }
  }

  detached(): void {}
}

test('messages and their steps are one commit, also when they take several turns of delivery', async () => {
  const world = new World()
  const consumer = new Consumer()
  const engine = await world.host({ name: 'a', processor: () => consumer })
  const batch = encodeMessages(Array.from({ length: 1000 }, () => '1'))
  engine.darq('d').enqueue(id('p'), sequence(1), batch)
  await world.clock.advance(0)
  expect(consumer.consumed).toBe(1000)
  expect(engine.counts.commits).toBe(1)
})

test('a commit does not wait for messages that never end', async () => {
  const world = new World()
  const turns = 200
  // Each step brings the next message, so that there is always one to deliver.
  const consumer = new Consumer((consumed) => {
    if (consumed < turns) send(consumed + 1)
  })
  const engine = await world.host({ name: 'a', processor: () => consumer })
  const send = (number: number) => engine.darq('d').enqueue(id('p'), sequence(number), messages('1'))
  send(1)
  await world.clock.advance(0)
  expect(consumer.consumed).toBe(turns)
  expect(engine.counts.commits).toBeGreaterThanOrEqual(turns / 20)
})
