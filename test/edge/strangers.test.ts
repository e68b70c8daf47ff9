/** Many hosts of one name, as the tabs of one app's visitors are: against a real workerd. */
import type { Scope } from '@darq/edge'
import { openHost } from '@darq/runtime'
import { connect, remote } from '@darq/runtime/transport'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type Data, decodeFrame, encodeFrame } from '../../runtime-ts/src/engine/frame.ts'
import { Lineage } from '../../runtime-ts/src/engine/lineage.ts'
import type { Epoch, Version } from '../../runtime-ts/src/engine/types.ts'
import { memory } from '../../runtime-ts/src/storage/memory.ts'
import { messageFromJson } from '../../runtime-ts/src/transport/json.ts'
import { type Edge, openEdge } from './fixture/edge.ts'
import { Counter, Relay, relay } from './fixture/participants.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

/** As every visitor of a public page gets it. */
const visitor: Scope = { names: ['counter/*'], actions: ['send', 'query'], producers: ['shop#*'] }

let edge: Edge
let token: string
let everything: string
let key: string
let counters = 0

beforeAll(async () => {
  edge = await openEdge()
  token = await edge.token(visitor)
  everything = await edge.token()
})
afterAll(() => edge[Symbol.asyncDispose]())
beforeEach(() => {
  counters += 1
  key = `strangers-${counters}`
})

const total = async (): Promise<number> => {
  await using client = connect(edge.url, { token: everything })
  return await client.query(Counter.total(key), { grade: 'committed' })
}

interface Stranger {
  readonly generation: string
  readonly epoch: number
  readonly lineage?: Lineage
}

/** Posts a frame of the host `shop` of that generation. @returns the status, and the receiver's id */
async function post(
  { generation, epoch, lineage = Lineage.empty }: Stranger,
  more: Partial<Data> = {},
): Promise<{ readonly status: number; readonly code?: string; readonly host: string; readonly expected: number }> {
  const name = `counter/${key}`
  const frame = encodeFrame({
    type: 'data',
    host: `shop#${generation}`,
    epoch: epoch as Epoch,
    lineage,
    durable: 1 as Version,
    settled: 1 as Version,
    version: 1 as Version,
    dependencies: [],
    from: 'till',
    to: name,
    addressee: '',
    first: 1,
    messages: new Uint8Array(0),
    count: 0,
    ...more,
  })
  const response = await fetch(`${edge.url}/${encodeURIComponent(name)}/frames`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/vnd.darq.frame' },
    body: new Uint8Array(frame),
  })
  if (!response.ok) return { host: '', expected: 0, ...(await response.json()), status: response.status }
  const ack = decodeFrame(await response.bytes(), 4 * 1024 * 1024)
  if (ack.type !== 'ack') throw new Error('an ack was expected')
  return { status: response.status, host: ack.host, expected: ack.expected }
}

const adding = (first: number, n: number): Partial<Data> => ({
  first,
  messages: messageFromJson('add', new TextEncoder().encode(String(n))),
  count: 1,
})

test('two visitors of one app send in turns, and neither is fenced', async () => {
  const shop = () =>
    openHost({
      name: 'shop',
      participants: [relay],
      routes: { 'counter/*': remote(edge.url, { token }) },
      storage: memory(),
      core: 'typescript',
    })
  await using first = await shop()
  await using second = await shop()
  let sum = 0
  await using client = connect(edge.url, { token: everything })
  for (let n = 1; n <= 6; n += 1) {
    sum += n
    await (n % 2 === 0 ? first : second).send(Relay.pass('till', { to: key, n })).committed
    for await (const view of client.watch(Counter.total(key)))
      if (view.grade === 'committed' && view.value === sum) break
  }
  expect(await total()).toBe(21)
})

test('a thousand visitors of one app are taken side by side, each once', async () => {
  const { host: addressee } = await post({ generation: 'g0', epoch: 1 })
  const visitors = Array.from({ length: 1_000 }, (_, index) => `g${index}`)
  const send = async (generation: string): Promise<number> => {
    // Each says it twice: what is a repeat is told apart for each of them.
    await post({ generation, epoch: 1 }, { addressee, ...adding(1, 1) })
    return (await post({ generation, epoch: 1 }, { addressee, ...adding(1, 1) })).status
  }
  const statuses = new Set<number>()
  for (let at = 0; at < visitors.length; at += 50)
    for (const status of await Promise.all(visitors.slice(at, at + 50).map(send))) statuses.add(status)
  expect([...statuses]).toEqual([200])
  expect(await total()).toBe(1_000)
})

test('who claims the youngest generation and the last epoch locks nobody out', async () => {
  const { host: addressee } = await post({ generation: 'g1', epoch: 7 })
  await post({ generation: '~~~~', epoch: Number.MAX_SAFE_INTEGER })
  expect(await post({ generation: 'g1', epoch: 7 }, { addressee, ...adding(1, 5) })).toMatchObject({
    status: 200,
    expected: 2,
  })
  expect(await total()).toBe(5)
})

test('an older life of one storage is still fenced', async () => {
  const { host: addressee } = await post({ generation: 'g1', epoch: 7 })
  expect(await post({ generation: 'g1', epoch: 6 }, { addressee, ...adding(1, 5) })).toMatchObject({
    status: 409,
    code: 'fenced',
  })
  expect(await total()).toBe(0)
})

test('a visitor that says that it has lost what it sent takes nobody back, not even for a moment', async () => {
  const name = `counter/${key}`
  const { host: addressee } = await post({ generation: 'g1', epoch: 7 })
  const before = await counts(name)
  // Nothing of it is confirmed as yet: an honest host's failure would now undo it.
  await edge.hold(name)
  const sent = post({ generation: 'g1', epoch: 7 }, { addressee, ...adding(1, 5) })
  await using client = connect(edge.url, { token: everything })
  const others = client.send(Counter.add(key, 3))
  await others.accepted
  for (let epoch = 8; epoch < 18; epoch += 1) await post({ generation: 'g1', epoch, lineage: Lineage.empty })
  await edge.release(name)
  await others.committed
  expect(await sent).toMatchObject({ status: 200 })
  expect(await total()).toBe(8)
  expect((await counts(name)).epoch).toBe(before.epoch)
})

async function counts(name: string): Promise<{ readonly epoch: number }> {
  const response = await fetch(`${edge.url}/${encodeURIComponent(name)}/counts`, {
    headers: { Authorization: `Bearer ${everything}` },
  })
  return await response.json()
}
