import { expect, test } from 'vitest'
import { DelayQueue } from '../../runtime-ts/src/crest/run/delay-queue.ts'
import { VirtualClock } from './virtual-clock.ts'

test('items of a delay queue are run when they are due, in the order they were added', async () => {
  const clock = new VirtualClock()
  const run: string[] = []
  const queue = new DelayQueue<string>(clock, (item) => run.push(item))
  queue.add('late', 50)
  queue.add('soon', 10)
  queue.add('soon too', 10)
  await clock.advance(10)
  expect(run).toEqual(['soon', 'soon too'])
  await clock.advance(40)
  expect(run).toEqual(['soon', 'soon too', 'late'])
})

test('an item of a delay queue that throws leaves those behind it their turn', async () => {
  const clock = new VirtualClock()
  const run: string[] = []
  const queue = new DelayQueue<string>(clock, (item) => {
    run.push(item)
    if (item === 'bad') throw new Error('bad')
  })
  for (const item of ['one', 'bad', 'two', 'three']) queue.add(item, 10)
  expect(() => clock.leap(10)).toThrow('bad')
  expect(queue.size).toBe(2)
  clock.leap(0)
  expect(run).toEqual(['one', 'bad', 'two', 'three'])
})

test('a delay queue that was stopped runs nothing, and takes what is added then', async () => {
  const clock = new VirtualClock()
  const run: string[] = []
  const queue = new DelayQueue<string>(clock, (item) => run.push(item))
  queue.add('before', 10)
  queue.stop()
  await clock.advance(20)
  queue.add('after', 10)
  await clock.advance(20)
  expect(run).toEqual(['after'])
})
