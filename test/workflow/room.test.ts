import { address, call, DarqError } from '@darq/runtime'
import { workflow } from '@darq/runtime/workflow'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { World } from '../crest/world.ts'

const Job = address('job/*', { start: call(v.string(), v.number()), go: v.number() }, { darqs: 1 })
const job = workflow(Job, async (flow) => await flow.receive('go'))

test('instances are refused before those that run have no room for what they wait for', async () => {
  await using world = new World()
  const host = await world.open({ participants: [job], limits: { log_bytes_max: 64 * 1024 } })
  const running: string[] = []
  let refused: unknown
  const results: Promise<number>[] = []
  for (let number = 0; refused === undefined; number += 1) {
    const key = `${number}`
    const asked = host.call(Job.start(key, 'x'.repeat(500)))
    asked.catch((error: unknown) => {
      refused ??= error
    })
    await asked.receipt.committed
    await world.clock.advance(1_000)
    if (refused !== undefined) break
    running.push(key)
    results.push(asked)
    expect(number).toBeLessThan(100)
  }
  expect(refused).toBeInstanceOf(DarqError)
  expect(refused).toMatchObject({ code: 'quota', facts: { instance: `${running.length}` } })
  expect(running.length).toBeGreaterThan(5)
  for (const [index, key] of running.entries()) host.send(Job.go(key, index))
  await world.clock.advance(60_000)
  expect(await Promise.all(results)).toEqual(running.map((_, index) => index))
  // There is room again.
  host.send(Job.go('late', 1))
  const late = host.call(Job.start('late', ''))
  await world.clock.advance(5_000)
  expect(await late).toBe(1)
})
