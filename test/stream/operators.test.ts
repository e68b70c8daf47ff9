/** @module Operators, one by one. */
import { DarqError } from '@darq/runtime'
import { stream } from '@darq/runtime/stream'
import { expect, test } from 'vitest'
import { both, World } from '../transactional/world.ts'
import { Elsewhere, type Entry, openJob, outcome, Records, records, rowsOf, Written } from './job.ts'

const entry = (n: number, key = 'a', at = n): Entry => ({ key, at, n })
const four = [
  [entry(1), entry(2)],
  [entry(3), entry(4)],
]

test.each(both)('$name: map, filter and flatMap', async (implementation) => {
  const job = records()
    .filter(({ n }) => n !== 2)
    .flatMap(({ n }) => [n, -n])
    .map((n) => n * 10)
    .to((n) => Written.row(n))
  expect(await outcome(job, four, implementation)).toEqual([10, -10, 30, -30, 40, -40])
})

test.each(both)('$name: a fold keeps a value per key, and forgets it when told to', async (implementation) => {
  const job = records()
    .keyBy(({ key }) => key)
    .fold(0, (sum, { n }) => (n === 0 ? undefined : sum + n))
    .to(({ key, value }) => Written.row([key, value]))
  const chunks = [[entry(1), entry(5, 'b'), entry(2)], [entry(3), entry(0), entry(4)], [entry(6, 'b')]]
  expect(await outcome(job, chunks, implementation)).toEqual([
    ['a', 1],
    ['b', 5],
    ['a', 3],
    ['a', 6],
    ['a', 4],
    ['b', 11],
  ])
})

test.each(both)('$name: what is branched goes every way, also behind a common operator', async (implementation) => {
  let runs = 0
  const job = records()
    .map(({ n }) => {
      runs += 1
      return n
    })
    .branch(
      (all) => all.filter((n) => n % 2 === 0).to((n) => Written.row(['even', n])),
      (all) => all.filter((n) => n % 2 === 1).to((n) => Written.row(['odd', n])),
    )
  expect(await outcome(job, four, implementation)).toEqual([
    ['odd', 1],
    ['even', 2],
    ['odd', 3],
    ['even', 4],
  ])
  expect(runs).toBe(4)
})

test.each(both)('$name: two messages of an address are merged', async (implementation) => {
  await using world = new World(implementation)
  const others = stream(Records.other).map(({ n }) => -n)
  const job = records()
    .map(({ n }) => n)
    .merge(others)
    .to((n) => Written.row(n))
  const host = await openJob(world, job)
  await host.send(Records.record(entry(1))).committed
  await host.send(Records.other(entry(2))).committed
  await host.send(Records.record(entry(3))).committed
  expect(await rowsOf(world, host)).toEqual([1, -2, 3])
})

test.each(both)('$name: a stream from another address goes on to where the first begins', async (implementation) => {
  await using world = new World(implementation)
  const job = records()
    .merge(stream(Elsewhere.record))
    .keyBy(({ key }) => key)
    .fold(0, (sum, { n }) => sum + n)
    .to(({ value }) => Written.row(value))
  const host = await openJob(world, job)
  await host.send(Records.record(entry(1))).committed
  await host.send(Elsewhere.record.many([entry(2), entry(3)])).committed
  await world.pass(1_000)
  await host.send(Records.record(entry(4))).committed
  expect(await rowsOf(world, host)).toEqual([1, 3, 6, 10])
})

test('a record that an operator can’t digest is set aside with its message, and nothing of it has happened', async () => {
  await using world = new World(both[0] ?? expect.unreachable())
  const job = records()
    .keyBy(({ key }) => key)
    .fold(0, (sum, { n }) => {
      if (n === 3) throw new Error('three')
      return sum + n
    })
    .to(({ value }) => Written.row(value))
  const host = await openJob(world, job)
  for (const chunk of four) await host.send(Records.record.many(chunk)).committed
  await host.send(Records.record(entry(10))).committed
  await world.pass(600_000)
  expect(await rowsOf(world, host)).toEqual([1, 3, 13])
  expect(await host.inspect('records').deadLetters()).toMatchObject([{ name: 'record' }])
})

test.each([
  ['a promise', () => Promise.resolve(true) as unknown as boolean, 'step_async'],
  ['no text as key', () => 1 as unknown as boolean, 'schema'],
])('what the types refuse is refused at run time too: %s', async (_what, wrong, code) => {
  await using world = new World(both[0] ?? expect.unreachable())
  const errors: string[] = []
  const job =
    code === 'schema'
      ? records()
          .keyBy(wrong as unknown as () => string)
          .fold(0, (sum) => sum + 1)
          .to(() => Written.row(0))
      : records()
          .filter(wrong)
          .to(() => Written.row(0))
  const host = await openJob(world, job)
  await host.send(Records.record(entry(1))).committed
  await world.pass(600_000)
  errors.push(...(await host.inspect('records').deadLetters()).map(({ error }) => error.code))
  expect(errors).toEqual([code])
  expect(await rowsOf(world, host)).toEqual([])
})

test('a stream that could not run is refused when it is made', () => {
  const spread = records().keyBy(({ key }) => key, { parallel: 2 })
  const folded = spread.fold(0, (n) => n + 1)
  for (const make of [
    () =>
      folded
        .keyBy(({ key }) => key)
        .fold(0, (n) => n + 1)
        .to(() => Written.row(0)),
    () => folded.merge(records().map(({ key }) => ({ key, value: 1 }))).to(() => Written.row(0)),
    () => stream(Elsewhere.record).view(Records.rows),
    () => records().branch(() => ({ ...records().to(() => Written.row(0)) })),
    () =>
      records()
        .keyBy(() => '', { parallel: 0 })
        .fold(0, (n) => n)
        .to(() => Written.row(0)),
    () => records({ batch: 0 }),
  ])
    expect(make).toThrow(DarqError)
})
