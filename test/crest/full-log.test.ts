/** @module What participants do while their log is full: it is full for as long as storage, or a peer, is away. */
import { twin } from '@darq/core/twin'
import { address, effects, openClient, openHosted, participant } from '@darq/runtime'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { World } from './world.ts'

const Outside = address('outside', { print: v.string() })

describe('effects that find no room for what they decide', () => {
  test('ask for it less and less often, and go on soon after there is room', async () => {
    await using world = new World()
    const printed: string[] = []
    const outside = effects(Outside, { print: async (text) => void printed.push(text) })
    const { clock, random, storage } = world
    const limits = { log_bytes_max: 32 * 1024 }
    const hosted = await openHosted({
      name: 'host',
      participants: [outside],
      storage,
      core: twin(),
      clock,
      random,
      limits,
    })
    const client = openClient({ link: hosted.link, producer: 'client', clock, random })
    const written = Promise.withResolvers<void>()
    world.slow = () => written.promise
    const receipts = []
    for (let n = 0; n < 9; n += 1) {
      const receipt = client.send(Outside.print(`${n}`.repeat(2_000)))
      receipts.push(receipt)
      // A batch of its own: what came as one is truncated as one.
      await receipt.accepted
    }
    await clock.advance(1)
    const { wake } = clock
    let wakes = 0
    clock.wake = (at_ms, run) => {
      wakes += 1
      return wake.call(clock, at_ms, run)
    }
    await clock.advance(60_000)
    const asked = wakes
    world.slow = undefined
    written.resolve()
    await clock.advance(10_000)
    await Promise.all(receipts.map(({ committed }) => committed))
    expect(printed.map(([digit]) => digit).sort()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8'])
    // Each at every tenth of a second would be thousands.
    expect(asked).toBeGreaterThan(30)
    expect(asked).toBeLessThan(300)
    await client.close()
    await hosted.close()
  })
})

test('what is sent in one breath arrives, although it is more than the log has room for at once', async () => {
  await using world = new World()
  const Book = address('book', { note: v.string() })
  const noted: string[] = []
  const book = participant(Book, { on: { note: (_step, text) => void noted.push(text.slice(0, 1)) } })
  const host = await world.open({ participants: [book], limits: { log_bytes_max: 32 * 1024 } })
  const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']
  const receipts = digits.map((digit) => host.send(Book.note(digit.repeat(3_000))))
  await world.clock.advance(60_000)
  await Promise.all(receipts.map(({ committed }) => committed))
  await world.clock.advance(1_000)
  expect(noted).toEqual(digits)
})
