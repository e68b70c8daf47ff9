/** @module Where streams end, and what closes their windows. */
import { address, DarqError, type Host, openClient, openHosted, query, type View } from '@darq/runtime'
import { memory } from '@darq/runtime/storage'
import { count, stream, sum, tumbling } from '@darq/runtime/stream'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { both, darq, World } from '../transactional/world.ts'
import { Entry, openJob, Records, records, rowsOf, Written, written } from './job.ts'

const Shops = address('shops/*', { sold: Entry, sums: query(v.array(v.any())) })
const entry = (at: number, key = 'a', n = 1): Entry => ({ key, at, n })
const time = ({ at }: Entry): number => at
const counted = (options: Parameters<typeof records>[0] = {}) =>
  records(options)
    .keyBy(({ key }) => key)
    .window(tumbling('10 ms', time))
    .aggregate(count())

async function send(host: Host, ...entries: readonly Entry[]): Promise<void> {
  await host.send(Records.record.many(entries)).committed
}

test.each(both)('$name: an effect runs for each value, with a key of its own', async (implementation) => {
  await using world = new World(implementation)
  const ran = new Map<string, unknown>()
  const job = counted().effect(async ({ key, from_ms, value }, run) => {
    ran.set(run.key, [key, from_ms, value])
  })
  const host = await openJob(world, job)
  await send(host, entry(1), entry(2), entry(11), entry(12, 'b'), entry(30))
  await world.pass(1_000)
  expect([...ran.values()].sort()).toEqual([
    ['a', 0, 2],
    ['a', 10, 1],
    ['b', 10, 1],
  ])
})

test.each(both)('$name: an effect that fails is tried again with the same key', async (implementation) => {
  await using world = new World(implementation)
  const keys: string[] = []
  const job = counted().effect(
    async (_value, run) => {
      keys.push(run.key)
      if (keys.length < 3) throw new Error('not yet')
    },
    { retry: { attempts_max: 5 } },
  )
  const host = await openJob(world, job)
  await send(host, entry(1), entry(30))
  await world.pass(60_000)
  expect(keys).toHaveLength(3)
  expect(new Set(keys).size).toBe(1)
})

test.each(both)('$name: a view shows the newest results, so many at most', async (implementation) => {
  await using world = new World(implementation)
  const job = counted().view(Records.rows, { rows_max: 2 })
  const host = await openJob(world, job)
  await send(host, entry(1), entry(11), entry(21), entry(22), entry(31))
  await world.pass(1_000)
  expect(await host.query(Records.rows())).toEqual([
    { key: 'a', from_ms: 10, to_ms: 20, value: 1 },
    { key: 'a', from_ms: 20, to_ms: 30, value: 2 },
  ])
})

test.each(both)(
  '$name: a view by a key shows the newest of each, and open windows if it is told to',
  async (implementation) => {
    await using world = new World(implementation)
    const shown = counted()
      .map(({ key, to_ms, value }) => ({ key, to_ms, value }))
      .filter(({ value }) => value < 3)
      .view(Records.rows, { by: ({ key }) => key, rows_max: 2, open: true })
    const host = await openJob(world, shown)
    await send(host, entry(1), entry(2, 'b'), entry(3, 'c'), entry(11), entry(21), entry(22, 'b'), entry(23), entry(24))
    await world.pass(1_000)
    expect(await host.query(Records.rows())).toEqual([
      { key: 'c', to_ms: 10, value: 1 },
      { key: 'a', to_ms: 20, value: 1 },
      { key: 'b', to_ms: 30, value: 1 },
    ])
  },
)

test.each(both)('$name: a spread stream shows its results at its source', async (implementation) => {
  await using world = new World(implementation)
  const job = records()
    .keyBy(({ key }) => key, { parallel: 3 })
    .window(tumbling('10 ms', time))
    .aggregate(sum(({ n }) => n))
    .view(Records.rows)
  const host = await openJob(world, job)
  await send(host, entry(1, 'a', 5), entry(2, 'b', 6), entry(3, 'c', 7), entry(30, 'a'))
  await world.pass(1_000)
  const rows = await host.query(Records.rows())
  expect(rows.map(({ key, value }) => [key, value]).sort()).toEqual([
    ['a', 5],
    ['b', 6],
    ['c', 7],
  ])
})

test('a part that shows more than one message holds shows it in several', async () => {
  await using world = new World(darq)
  const long = 'x'.repeat(1_000)
  const job = records()
    .keyBy(({ key }) => key, { parallel: 1 })
    .window(tumbling('10 ms', time))
    .aggregate(count())
    .map(({ key }) => `${key} ${long}`)
    .view(Records.rows, { rows_max: 3_000 })
  const host = await openJob(world, job)
  const keys = Array.from({ length: 2_500 }, (_, n) => entry(1, `key ${n}`))
  for (let at = 0; at < keys.length; at += 500) await send(host, ...keys.slice(at, at + 500))
  await send(host, entry(20))
  await world.pass(1_000)
  const rows = await host.query(Records.rows())
  expect(new Set(rows).size).toBe(2_500)
})

test.each(both)('$name: each of a family has a stream of its own', async (implementation) => {
  await using world = new World(implementation)
  const job = stream(Shops.sold)
    .keyBy(({ key }) => key)
    .window(tumbling('10 ms', time))
    .aggregate(sum(({ n }) => n))
    .branch(
      (sums) => sums.to(({ key, value }) => Written.row([key, value])),
      (sums) => sums.effect(async () => {}),
      (sums) => sums.view(Shops.sums),
    )
  const host = await openJob(world, job)
  await host.send(Shops.sold.many('north', [entry(1, 'a', 5), entry(20)])).committed
  await host.send(Shops.sold.many('south', [entry(3, 'a', 7), entry(20)])).committed
  expect((await rowsOf(world, host)).toSorted()).toEqual([
    ['a', 5],
    ['a', 7],
  ])
  expect(await host.query(Shops.sums('south'))).toMatchObject([{ key: 'a', value: 7 }])
  expect(() =>
    stream(Shops.sold)
      .merge(records())
      .to(() => Written.row(0)),
  ).toThrow(DarqError)
  const spread = stream(Shops.sold).keyBy(({ key }) => key, { parallel: 2 })
  expect(() => spread.fold(0, (n) => n).to(() => Written.row(0))).toThrow(DarqError)
})

test('a watched view comes with its grade: at first speculative, then committed', async () => {
  const storage = memory()
  const hosted = await openHosted({ name: 'host', participants: [counted().view(Records.rows), written], storage })
  await using client = openClient({ link: async () => hosted.link, producer: '' })
  await client.send(Records.record.many([entry(1), entry(30)])).committed
  const seen: View<unknown>[] = []
  const stop = new AbortController()
  for await (const view of client.watch(Records.rows(), { signal: stop.signal })) {
    seen.push(view)
    if (view.grade === 'committed') stop.abort()
  }
  expect(seen.at(-1)).toMatchObject({ grade: 'committed', value: [{ key: 'a', value: 1 }] })
  await hosted.close()
})

test.each(both)('$name: what comes too late is dropped, or goes its own way', async (implementation) => {
  for (const branches of [false, true]) {
    await using world = new World(implementation)
    const job = records()
      .keyBy(({ key }) => key)
      .window(
        tumbling('10 ms', time, { allowed: '5 ms' }),
        branches ? { late: (late) => late.to(({ at }) => Written.row({ late: at })) } : {},
      )
      .aggregate(count())
      .to((result) => Written.row(result))
    const host = await openJob(world, job)
    await send(host, entry(3), entry(14), entry(4), entry(15), entry(5), entry(25))
    expect(await rowsOf(world, host)).toEqual([
      ...(branches ? [{ late: 5 }] : []),
      { key: 'a', from_ms: 0, to_ms: 10, value: 2 },
      { key: 'a', from_ms: 10, to_ms: 20, value: 2 },
    ])
  }
})

test.each(both)('$name: when nothing comes for long enough, what is open is closed', async (implementation) => {
  for (const parallel of [undefined, 2]) {
    await using world = new World(implementation)
    const job = records({ idle: '10 seconds' })
      .keyBy(({ key }) => key, parallel === undefined ? {} : { parallel })
      .window(tumbling('10 ms', time), { late: (late) => late.to(({ at }) => Written.row(['late', at])) })
      .aggregate(count())
      .to(({ key, from_ms, value }) => Written.row([key, from_ms, value]))
    const host = await openJob(world, job)
    await send(host, entry(1), entry(2, 'b'))
    await world.pass(8_000)
    await send(host, entry(3))
    await world.pass(8_000)
    expect(await rowsOf(world, host)).toEqual([])
    await world.pass(1_000)
    const closed = await rowsOf(world, host)
    expect(closed.toSorted()).toEqual([
      ['a', 0, 2],
      ['b', 0, 1],
    ])
    // It begins anew: what is of a closed window is late now.
    await send(host, entry(4), entry(12))
    await world.pass(11_000)
    expect((await rowsOf(world, host)).slice(2)).toEqual([
      ['late', 4],
      ['a', 10, 1],
    ])
  }
})

test.each(both)('$name: past the limit of open windows records wait, and none is lost', async (implementation) => {
  await using world = new World(implementation)
  const job = counted({ open_max: 2 }).to(({ key, value }) => Written.row([key, value]))
  const host = await openJob(world, job)
  await send(host, entry(1, 'a'), entry(2, 'b'))
  await send(host, entry(3, 'c'))
  await world.pass(10_000)
  expect(await host.inspect('records').pending()).toBe(1)
  expect(world.errors.length === 0 || world.errors.every(({ code }) => code === 'backpressure')).toBe(true)
  // Time goes on: there is room again, and what waited is late by its own fault no more than any other.
  await send(host, entry(4, 'a'), entry(5, 'b'))
  await world.pass(10_000)
  expect(await host.inspect('records').deadLetters()).toEqual([])
})

test('state survives a restart: a window that was half full is whole in the end', async () => {
  await using world = new World(darq)
  const job = counted().to(({ key, value }) => Written.row([key, value]))
  const host = await openJob(world, job)
  await send(host, entry(1), entry(2))
  await host.close()
  const again = await openJob(world, job)
  await send(again, entry(3), entry(30))
  expect(await rowsOf(world, again)).toEqual([['a', 3]])
})
