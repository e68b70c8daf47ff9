import { DarqError, openHost } from '@darq/runtime'
import { connect, httpLink, remote } from '@darq/runtime/transport'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { memory } from '../../runtime-ts/src/storage/memory.ts'
import { type Edge, openEdge } from './fixture/edge.ts'
import { Counter, Relay, relay } from './fixture/participants.ts'

// A real process, killed and started, on a machine that has more to do.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let edge: Edge
let token: string

beforeAll(async () => {
  edge = await openEdge()
  token = await edge.token()
})
afterAll(() => edge[Symbol.asyncDispose]())

/** A network that loses one of seven requests, one of seven answers, and sends one of seven twice; and how often it did. */
function faulty() {
  const faults = { requests_lost: 0, answers_lost: 0, repeated: 0 }
  let requests = 0
  const send: typeof fetch = async (input, init) => {
    requests += 1
    const turn = requests % 7
    if (turn === 2) {
      faults.requests_lost += 1
      throw new TypeError('lost')
    }
    if (turn === 4) {
      faults.repeated += 1
      await Promise.all([fetch(input, init), fetch(input, init)])
    }
    const response = await fetch(input, init)
    if (turn === 6) {
      faults.answers_lost += 1
      await response.body?.cancel()
      throw new TypeError('lost')
    }
    return response
  }
  return { fetch: send, faults }
}

async function total(key: string, wanted: number): Promise<number> {
  await using client = connect(edge.url, { token })
  for await (const view of client.watch(Counter.total(key))) {
    if (view.grade === 'committed' && view.value >= wanted) return view.value
  }
  throw new Error('the watch ended')
}

test('a host elsewhere sends to an object exactly once, over a network that loses and repeats, while workerd is killed', async () => {
  const { fetch, faults } = faulty()
  await using host = await openHost({
    name: 'elsewhere',
    participants: [relay],
    routes: { 'counter/*': remote(edge.url, { token, fetch }) },
    storage: memory(),
    core: 'typescript',
  })
  let sum = 0
  let kills = 0
  for (let n = 1; n <= 60; n += 1) {
    const { committed } = host.send(Relay.pass('here', { to: 'channel', n }))
    sum += n
    if (n % 20 === 10) {
      await edge.kill()
      kills += 1
    }
    await committed
    // Each has arrived before the next is sent: so there are at least as many frames as messages.
    expect(await total('channel', sum)).toBe(sum)
  }
  expect(kills).toBe(3)
  expect(Math.min(...Object.values(faults)), JSON.stringify(faults)).toBeGreaterThan(5)
})

test('a client sends exactly once over a network that loses and repeats', async () => {
  const { fetch, faults } = faulty()
  await using client = connect(edge.url, { token, fetch })
  for (let n = 1; n <= 40; n += 1) await client.send(Counter.add('client', n)).committed
  expect(await total('client', 820)).toBe(820)
  expect(Math.min(...Object.values(faults)), JSON.stringify(faults)).toBeGreaterThan(5)
})

test('a client calls, and gets the answer', async () => {
  await using client = connect(edge.url, { token })
  await client.send(Counter.add('called', 5)).committed
  expect(await client.call(Counter.take('called', 2))).toEqual({ left: 3 })
  await expect(client.call(Counter.take('called', 9))).rejects.toMatchObject({
    code: 'app:too little',
    facts: { total: 3 },
  })
})

test('a producer with a number for each message goes on where the last client was', async () => {
  const numbered = () => connect(edge.url, { token, producer: 'numbered' })
  {
    await using first = numbered()
    await Promise.all([1, 2, 3].map((n) => first.send(Counter.add('numbers', n), { sequence: n }).committed))
  }
  await using second = numbered()
  expect(await second.inspect('counter/numbers').expected()).toBe(4)
  const receipt = second.send(Counter.add('numbers', 3), { sequence: 3 })
  expect(await receipt.committed).toMatchObject({ duplicate: true })
  await second.send(Counter.add('numbers', 4), { sequence: 4 }).committed
  expect(await second.query(Counter.total('numbers'), { grade: 'committed' })).toBe(10)
})

test('whoever stops watching gives the place to others: more come and go than may watch at once', async () => {
  const link = httpLink(edge.url, { token })
  const watch = async (): Promise<'full' | 'watched'> => {
    const leaving = new AbortController()
    const request = { to: 'counter/watched', name: 'total', body: new Uint8Array(0) }
    try {
      await link.watch(request, () => leaving.abort(), leaving.signal)
    } catch (error) {
      if (error instanceof DarqError && error.code === 'backpressure') return 'full'
      throw error
    }
    return 'watched'
  }
  const watchers_max = 1_000
  for (let watchers = 0; watchers < watchers_max; watchers += 20) {
    expect(new Set(await Promise.all(Array.from({ length: 20 }, watch)))).toContain('watched')
  }
  // Until a heartbeat finds out that those have left.
  await expect.poll(watch, { timeout: 30_000, interval: 100 }).toBe('watched')
})
