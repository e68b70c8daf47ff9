/** @module Feeding a stream from an iterable. */
import { type Client, DarqError, openClient, openHosted } from '@darq/runtime'
import { memory } from '@darq/runtime/storage'
import { feed } from '@darq/runtime/stream'
import { expect, test } from 'vitest'
import { darq, World } from '../transactional/world.ts'
import { type Entry, openJob, Records, records, rowsOf, Written, written } from './job.ts'

const job = records()
  .keyBy(({ key }) => key)
  .fold(0, (count) => count + 1)
  .to(({ value }) => Written.row(value))

const entries = (count: number): Entry[] => Array.from({ length: count }, (_, n) => ({ key: 'a', at: n, n }))
async function* later(all: readonly Entry[]): AsyncGenerator<Entry> {
  for (const one of all) yield await Promise.resolve(one)
}

test.each([
  ['an array', (all: readonly Entry[]) => all],
  ['an async iterable', later],
  ['a function', (all: readonly Entry[]) => (from: number) => all.slice(from)],
])('feeds %s, all of it committed when it is done', async (_what, sourceOf) => {
  await using world = new World(darq)
  const host = await openJob(world, job)
  const fed = feed(host, Records.record, sourceOf(entries(25)), { batch: 10, ahead_max: 2 })
  await world.pass(1_000)
  expect(await fed).toEqual({ records: 25, skipped: 0 })
  expect(await rowsOf(world, host)).toHaveLength(25)
})

test('looks no further ahead than it may', async () => {
  await using world = new World(darq)
  const host = await openJob(world, job)
  let [asked, told, ahead_max] = [0, 0, 0]
  const client: Client = {
    ...host,
    send(message, options) {
      const receipt = host.send(message, options)
      asked += 1
      ahead_max = Math.max(ahead_max, asked - told)
      void receipt.committed.then(() => {
        told += 1
      })
      return receipt
    },
  }
  const fed = feed(client, Records.record, entries(100), { batch: 1, ahead_max: 3 })
  await world.pass(1_000)
  await fed
  expect(asked).toBe(100)
  expect(ahead_max).toBe(3)
})

test('a feeder that crashed is followed by one that goes on where it was: numbered, nothing is twice', async () => {
  const hosted = await openHosted({ name: 'host', participants: [job, written], storage: memory() })
  const open = (): Client => openClient({ link: async () => hosted.link, producer: 'feeder' })
  const all = entries(95)
  const first = open()
  async function* crashing(): AsyncGenerator<Entry> {
    for (const one of all) {
      if (one.n === 47) throw new Error('crashed')
      yield one
    }
  }
  await expect(feed(first, Records.record, crashing(), { batch: 10, numbered: true })).rejects.toThrow('crashed')
  await first.close()
  const second = open()
  const { records, skipped } = await feed(second, Records.record, (from) => all.slice(from), {
    batch: 10,
    numbered: true,
  })
  expect(records + skipped).toBe(95)
  expect(skipped % 10).toBe(0)
  // A third finds that all of it was fed.
  expect(await feed(second, Records.record, all, { batch: 10, numbered: true })).toMatchObject({ records: 0 })
  const counts = await second.query(Written.rows(), { grade: 'committed' })
  expect(counts).toEqual(all.map((_, index) => index + 1))
  await second.close()
  await hosted.close()
})

test('what a message is refused with ends it, and so does its signal', async () => {
  await using world = new World(darq)
  const host = await openJob(world, job)
  const wrong = [...entries(3), { key: 'a', at: 0, n: 'x' as unknown as number }]
  await expect(feed(host, Records.record, wrong)).rejects.toMatchObject({ code: 'schema' })
  const signal = AbortSignal.abort(new DarqError('timeout'))
  await expect(feed(host, Records.record, entries(3), { signal })).rejects.toMatchObject({ code: 'timeout' })
  await expect(feed(host, Records.record, entries(3), { batch: 0 })).rejects.toMatchObject({ code: 'invalid_argument' })
})

test('where its host has gone back behind what it had told, the source is asked again', async () => {
  const hosted = await openHosted({ name: 'host', participants: [job, written], storage: memory() })
  const client = openClient({ link: async () => hosted.link, producer: 'feeder' })
  const all = entries(30)
  const asked: number[] = []
  // It tells of ten records that it then has lost.
  let tells = 2
  const forgetful: Client = {
    ...client,
    send: (message, options) => client.send(message, options),
    inspect: (name) => ({
      ...client.inspect(name),
      expected: async () => {
        const told = tells
        tells = await client.inspect(name).expected()
        return told
      },
    }),
  }
  const source = (from: number): readonly Entry[] => {
    asked.push(from)
    return all.slice(from)
  }
  await feed(forgetful, Records.record, source, { batch: 10, numbered: true })
  expect(asked).toEqual([10, 0])
  expect(await client.query(Written.rows(), { grade: 'committed' })).toEqual(all.map((_, index) => index + 1))
  await client.close()
  await hosted.close()
})
