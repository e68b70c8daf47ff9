import type { DarqError } from '@darq/runtime'
import { control, workflow } from '@darq/runtime/workflow'
import { expect, test } from 'vitest'
import { Job, WorkflowPlace } from './place.ts'

/** One effect at a time: each tells when it runs, and ends when it is let. */
class Slot {
  readonly ran: string[] = []
  readonly #ends = new Map<string, PromiseWithResolvers<string>>()

  end(key: string): PromiseWithResolvers<string> {
    const known = this.#ends.get(key) ?? Promise.withResolvers<string>()
    this.#ends.set(key, known)
    return known
  }

  readonly job = workflow(
    Job,
    async (flow) =>
      flow.effect('work', ({ attempt }) => {
        this.ran.push(`${flow.id}${attempt}`)
        return this.end(`${flow.id}${attempt}`).promise
      }),
    { effects_max: 1 },
  )
}

test('an effect that waits and is cancelled lets the next one start', async () => {
  await using place = new WorkflowPlace()
  const slot = new Slot()
  await place.open(slot.job)
  for (const key of ['a', 'b', 'c']) await place.start(key)
  expect(slot.ran).toEqual(['a1'])
  await place.host.send(control(Job).cancel('b')).committed
  await place.settled()
  slot.end('a1').resolve('done')
  await place.settled()
  expect(slot.ran).toEqual(['a1', 'c1'])
  slot.end('c1').resolve('done')
  expect(await place.result('c')).toBe('done')
})

test('a retry that waits for a slot is the next attempt, and the last one ends it', async () => {
  await using place = new WorkflowPlace()
  const slot = new Slot()
  await place.open(slot.job)
  await place.start('a')
  const failed = place.result('a').catch((error: DarqError) => error.message)
  const expected: string[] = []
  for (let attempt = 1; attempt <= 8; attempt += 1) {
    expected.push(`a${attempt}`)
    expect(slot.ran.filter((one) => one.startsWith('a'))).toEqual(expected)
    slot.end(`a${attempt}`).reject(new Error('no'))
    await place.settled()
    // While it pauses another takes the slot, and holds it beyond the pause.
    await place.start(`b${attempt}`)
    await place.advance(30_000)
    slot.end(`b${attempt}1`).resolve('done')
    await place.settled()
  }
  expect(await failed).toBe('no')
})

test('a cancelled effect that ignores its signal doesn’t keep its slot', async () => {
  await using place = new WorkflowPlace()
  const slot = new Slot()
  await place.open(slot.job)
  for (const key of ['a', 'b']) await place.start(key)
  await place.host.send(control(Job).cancel('a')).committed
  await place.settled()
  expect(slot.ran).toEqual(['a1', 'b1'])
  // What comes of it is of no use any more, and takes no second slot.
  slot.end('a1').resolve('late')
  await place.start('c')
  expect(slot.ran).toEqual(['a1', 'b1'])
  slot.end('b1').resolve('done')
  expect(await place.result('b')).toBe('done')
})
