import { address, call, version } from '@darq/runtime'
import { workflow } from '@darq/runtime/workflow'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { World } from '../crest/world.ts'

const Old = address('job/*', { start: call(v.object({ n: v.number() }), v.string()), go: v.null() }, { darqs: 1 })
const Newer = version(2, v.object({ cents: v.number(), note: v.optional(v.string()) })).from(
  1,
  v.object({ n: v.number() }),
  ({ n }) => ({ cents: n * 100 }),
)
const New = address('job/*', { start: call(Newer, v.string()), go: v.null() }, { darqs: 1 })
const waits = workflow(Old, async (flow, { n }) => {
  await flow.receive('go')
  return `${n}`
})
const waitsNow = workflow(New, async (flow, { cents }) => {
  await flow.receive('go')
  return `${cents}`
})

describe('an input with versions', () => {
  test('that a run continues with is not upgraded: this code has given it', async () => {
    await using world = new World()
    const counting = workflow(New, async (flow, { cents }) => {
      if (cents < 4) flow.continueAsNew({ cents: cents + 1 })
      return `${cents}`
    })
    const host = await world.open({ participants: [counting] })
    expect(await host.call(New.start('x', { cents: 1 }))).toBe('4')
  })

  test('is the same start after an upgrade, from clients of both versions', async () => {
    await using world = new World()
    const before = await world.open({ participants: [waits] })
    await before.call(Old.start('x', { n: 2 })).receipt.committed
    await before.close()
    const host = await world.open({ participants: [waitsNow] })
    const asked = [host.call(Old.start('x', { n: 2 })), host.call(New.start('x', { cents: 200 }))]
    await expect(host.call(New.start('x', { cents: 2 }))).rejects.toMatchObject({ code: 'conflict' })
    await host.send(New.go('x', null)).committed
    expect(await Promise.all(asked)).toEqual(['200', '200'])
  })

  test('is the same with what is undefined and without it', async () => {
    await using world = new World()
    const host = await world.open({ participants: [waitsNow] })
    const asked = [{ cents: 1 }, { cents: 1, note: undefined }].map((input) => host.call(New.start('x', input)))
    await host.send(New.go('x', null)).committed
    expect(await Promise.all(asked)).toEqual(['1', '1'])
  })
})

test('a client may ask for a result again and again: the oldest of its calls makes room', async () => {
  await using world = new World()
  const host = await world.open({ participants: [waits] })
  const asked = Array.from({ length: 150 }, () => {
    const call = host.call(Old.start('x', { n: 1 }))
    return call.then(
      (value) => value,
      (error: { code: string }) => error.code,
    )
  })
  await world.clock.advance(1_000)
  await host.send(Old.go('x', null)).committed
  const came = await Promise.all(asked)
  expect(came.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => 'quota'))
  expect(came.slice(50)).toEqual(Array.from({ length: 100 }, () => '1'))
})
