/** @module Another number of parts over the same state: each key's state is in one of them, and everything counts once. */
import { address, type Participant, refuse } from '@darq/runtime'
import { collect, count, tumbling } from '@darq/runtime/stream'
import fc from 'fast-check'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { partOf } from '../../runtime-ts/src/stream/key-hash.ts'
import { darq, transactional, World } from '../transactional/world.ts'
import { type Entry, openJob, Records, records, rowsOf, Written } from './job.ts'
import { inOrder, windows } from './model.ts'

function job(parallel: number): Participant {
  const keyed = records().keyBy(({ key }) => key, { parallel })
  const windowed = keyed
    .window(tumbling('50 ms', ({ at }: Entry) => at, { allowed: '20 ms' }))
    .aggregate({ ...collect<Entry>(1_000), result: (all) => all.map(({ n }) => n) })
    .to((closed) => Written.row({ closed }))
  const folded = keyed.fold(0, (sum, { n }) => sum + n).to(({ key, value }) => Written.row({ key, value }))
  return records().branch(
    () => windowed,
    () => folded,
  )
}

for (const implementation of [darq, transactional])
  test(`${implementation.name}: results are those of a stream that was never spread otherwise`, {
    timeout: 60_000,
  }, async () => {
    const lives = fc.array(
      fc.record({
        parallel: fc.integer({ min: 1, max: 5 }),
        entries: fc.array(
          fc.record({ key: fc.stringMatching(/^[a-z]{1,2}$/), step: fc.integer({ min: 0, max: 20 }) }),
          {
            maxLength: 30,
          },
        ),
      }),
      { minLength: 2, maxLength: 5 },
    )
    await fc.assert(
      fc.asyncProperty(lives, async (all) => {
        await using world = new World(implementation)
        const fed: Entry[] = []
        let rows: readonly unknown[] = []
        let at = 0
        for (const { parallel, entries } of all) {
          const host = await openJob(world, job(parallel))
          // In two messages: the first brings the move about, the second comes while keys are on their way.
          const now = entries.map(({ key, step }): Entry => {
            at += step
            return { key, at, n: fed.length + at }
          })
          fed.push(...now)
          for (const half of [now.slice(0, 3), now.slice(3)]) if (half.length > 0) host.send(Records.record.many(half))
          rows = await rowsOf(world, host)
          await host.close()
        }
        const { closed } = windows({ kind: 'tumbling', size_ms: 50, every_ms: 50, allowed_ms: 20 }, fed)
        const found = rows.flatMap((row) => ('closed' in Object(row) ? [Object(row).closed] : []))
        expect(found.sort(inOrder)).toEqual([...closed].sort(inOrder))
        const sums = new Map<string, number>()
        for (const row of rows) if (!('closed' in Object(row))) sums.set(Object(row).key, Object(row).value)
        const expected = new Map<string, number>()
        for (const { key, n } of fed) expected.set(key, (expected.get(key) ?? 0) + n)
        expect(Object.fromEntries(sums)).toEqual(Object.fromEntries(expected))
      }),
      { numRuns: 40 },
    )
  })

test('more keys than one step may hand over move in several', { timeout: 60_000 }, async () => {
  await using world = new World(darq)
  const entries = Array.from({ length: 3_000 }, (_, n): Entry => ({ key: `key ${n}`, at: 0, n: 1 }))
  const first = await openJob(world, job(1))
  for (let at = 0; at < 3_000; at += 500) await first.send(Records.record.many(entries.slice(at, at + 500))).committed
  await world.pass(1_000)
  await first.close()
  const second = await openJob(world, job(3))
  for (let at = 0; at < 3_000; at += 500) await second.send(Records.record.many(entries.slice(at, at + 500))).committed
  await world.pass(1_000)
  const rows = await rowsOf(world, second)
  const sums = new Map(rows.flatMap((row) => ('key' in Object(row) ? [[Object(row).key, Object(row).value]] : [])))
  expect(sums.size).toBe(3_000)
  expect([...sums.values()].every((sum) => sum === 2)).toBe(true)
})

test('a key’s part is the same for ever, and keys are spread evenly', () => {
  expect(['', 'a', 'JFK', 'é'].map((key) => partOf(key, 7))).toEqual([4, 0, 0, 6])
  const counts = Array.from({ length: 8 }, () => 0)
  for (let n = 0; n < 8_000; n += 1) counts[partOf(`key ${n}`, 8)] = (counts[partOf(`key ${n}`, 8)] ?? 0) + 1
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(120)
})

test('records that are too many for one message to a part go in several, and none is late for it', async () => {
  await using world = new World(darq)
  const text = 'x'.repeat(900)
  const wide = records()
    .map((one) => ({ ...one, text }))
    .keyBy(({ key }) => key, { parallel: 1 })
    .window(tumbling('10 ms', ({ at }: Entry) => at))
    .aggregate(count())
    .to(({ key, from_ms, value }) => Written.row([key, from_ms, value]))
  const host = await openJob(world, wide)
  const entries = Array.from({ length: 2_000 }, (_, n): Entry => ({ key: 'a', at: Math.floor(n / 100), n }))
  await host.send(Records.record.many(entries)).committed
  await host.send(Records.record.many([{ key: 'a', at: 50, n: 0 }])).committed
  expect(await rowsOf(world, host)).toEqual([
    ['a', 0, 1_000],
    ['a', 10, 1_000],
  ])
})

test('records that wait for their keys go on in several steps, in order, and those behind them wait their turn', {
  timeout: 60_000,
}, async () => {
  await using world = new World(darq)
  const entry = (n: number): Entry => ({ key: `key ${n % 7}`, at: 0, n: 1 })
  const first = await openJob(world, job(1))
  await first.send(Records.record.many(Array.from({ length: 700 }, (_, n) => entry(n)))).committed
  await world.pass(1_000)
  await first.close()
  const second = await openJob(world, job(4))
  for (let n = 0; n < 140; n += 1) second.send(Records.record(entry(n)))
  await world.pass(10_000)
  const rows = await rowsOf(world, second)
  const counted = rows.flatMap((row) => ('key' in Object(row) ? [Object(row)] : []))
  for (let n = 0; n < 7; n += 1) {
    const values = counted.filter(({ key }) => key === `key ${n}`).map(({ value }) => value)
    expect(values).toEqual(Array.from({ length: 120 }, (_, index) => index + 1))
  }
})

test('what is not the source’s is put aside by a part, and disturbs nothing', async () => {
  await using world = new World(darq)
  const host = await openJob(world, job(1))
  const Part = address('records.parts/*', { records: v.any() })
  await host.send(Records.record.many([{ key: 'a', at: 0, n: 1 }])).committed
  await world.pass(1_000)
  for (const strange of ['strange', [], [0, { lanes: [], watermarks: [] }]])
    await host.send(Part.records('0', strange)).committed
  await host.send(Records.record.many([{ key: 'a', at: 0, n: 1 }])).committed
  const rows = await rowsOf(world, host)
  expect(rows.map((row) => Object(row).value)).toEqual([1, 2])
  expect(await host.inspect('records.parts/0').deadLetters()).toHaveLength(3)
})

test('what a part can’t digest stops that part alone, until the code can', { timeout: 60_000 }, async () => {
  await using world = new World(darq)
  const poisoned = (isMended: boolean): Participant =>
    records()
      .keyBy(({ key }) => key, { parallel: 2 })
      .fold(0, (sum, { n }) => {
        if (n < 0 && !isMended) refuse('negative')
        return sum + n
      })
      .to(({ key, value }) => Written.row([key, value]))
  // One of each part.
  const [one = '', other = ''] = [0, 1].map((part) => ['a', 'b', 'c', 'd', 'e'].find((key) => partOf(key, 2) === part))
  const entry = (key: string, n: number): Entry => ({ key, at: 0, n })
  const host = await openJob(world, poisoned(false))
  for (const n of [1, -5, 10]) await host.send(Records.record.many([entry(one, n)])).committed
  for (const n of [1, 2]) await host.send(Records.record.many([entry(other, n)])).committed
  expect(await rowsOf(world, host)).toEqual([
    [one, 1],
    [other, 1],
    [other, 3],
  ])
  expect(await host.inspect(`records.parts/${partOf(one, 2)}`).deadLetters()).toEqual([])
  await host.close()
  const mended = await openJob(world, poisoned(true))
  expect((await rowsOf(world, mended)).slice(3)).toEqual([
    [one, -4],
    [one, 6],
  ])
})
