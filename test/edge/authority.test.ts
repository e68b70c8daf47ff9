/** What a bearer may say, over every way in, against a real workerd: each attack is refused for its own reason. */
import type { Scope } from '@darq/edge'
import { connect } from '@darq/runtime'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Draft, encodeEnvelope } from '../../runtime-ts/src/crest/wire/envelope.ts'
import { encodePlainBytes } from '../../runtime-ts/src/crest/wire/plain.ts'
import { decodeFrame, encodeFrame } from '../../runtime-ts/src/engine/frame.ts'
import { Lineage } from '../../runtime-ts/src/engine/lineage.ts'
import { encodeMessages } from '../../runtime-ts/src/engine/messages.ts'
import type { Epoch, Version } from '../../runtime-ts/src/engine/types.ts'
import { Checkout } from '../apps/checkout.ts'
import { type Edge, openEdge } from './fixture/edge.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let edge: Edge
let everything: string
let counters = 0

beforeAll(async () => {
  edge = await openEdge()
  everything = await edge.token()
})
afterAll(() => edge[Symbol.asyncDispose]())

/** As a tutorial gives it to every visitor, and an outside host of its own beside. */
const visitor: Scope = { names: ['*'], actions: ['send', 'query'], producers: ['visitor#*'] }

const newName = (): string => {
  counters += 1
  return `counter/${counters}`
}

const at = (name: string, path: string): string => `${edge.url}/${encodeURIComponent(name)}/${path}`

interface Problem {
  readonly status: number
  readonly code?: string
  readonly facts?: unknown
}

async function request(
  scope: Partial<Scope>,
  url: string,
  init: RequestInit & { type?: string } = {},
): Promise<Problem> {
  const { type = 'application/json', headers, ...rest } = init
  const authorized = { Authorization: `Bearer ${await edge.token(scope)}`, 'Content-Type': type, ...headers }
  const response = await fetch(url, { ...rest, headers: authorized })
  const text = await response.text()
  const body = (response.headers.get('Content-Type') ?? '').includes('json') && text !== '' ? JSON.parse(text) : {}
  return { ...body, status: response.status }
}

/** The outside host `visitor#g1`, whose DARQ `shop` sends one message. */
async function postFrame(scope: Partial<Scope>, to: string, draft: Draft, from = 'shop'): Promise<Problem> {
  const standing = {
    type: 'data' as const,
    host: 'visitor#g1',
    epoch: 1000 as Epoch,
    lineage: Lineage.empty,
    durable: 1 as Version,
    settled: 1 as Version,
    version: 1 as Version,
    dependencies: [],
    from,
    to,
    first: 1,
  }
  const send = async (frame: Uint8Array) =>
    await fetch(at(to, 'frames'), {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${await edge.token(scope)}`,
        'Content-Type': 'application/vnd.darq.frame',
      },
      body: new Uint8Array(frame),
    })
  const hello = await send(encodeFrame({ ...standing, addressee: '', messages: new Uint8Array(0), count: 0 }))
  if (!hello.ok) return { ...(await hello.json()), status: hello.status }
  const { host } = decodeFrame(await hello.bytes(), 4 * 1024 * 1024)
  const messages = encodeMessages([encodeEnvelope(draft)])
  const response = await send(encodeFrame({ ...standing, addressee: host, messages, count: 1 }))
  return response.ok ? { status: response.status } : { ...(await response.json()), status: response.status }
}

async function acceptedBy(name: string): Promise<number> {
  const response = await fetch(at(name, 'counts'), { headers: { Authorization: `Bearer ${everything}` } })
  return (await response.json()).messages_accepted
}

describe('a frame from outside', () => {
  const add: Draft = { name: 'add', body: 5, version: 0 }

  test('with a one-way message in the name of its own DARQ is taken', async () => {
    const name = newName()
    expect(await postFrame(visitor, name, add)).toMatchObject({ status: 200 })
    expect(await acceptedBy(name)).toBe(1)
  })

  test.each<[string, Draft, string?]>([
    ['an answer to a call that nobody made', { ...add, echo: { id: 'c1.1', note: null, note_version: 0 } }],
    ['a call without the action', { name: 'take', body: 5, version: 0 }],
    [
      'a call whose answer goes to another participant',
      {
        name: 'take',
        body: 5,
        version: 0,
        asker: { to: 'counter/9', handler: 'add', id: 'c', note: null, note_version: 0 },
      },
    ],
    [
      'a call whose answer is kept for another client',
      { name: 'take', body: 5, version: 0, asker: { client: 'bob', id: '1', has: [] } },
    ],
    ['one of the runtime’s own messages', { name: '$drop', body: '8', version: 0 }],
    // Newer code would believe it.
    [
      'an answer of a version that is not known yet',
      { ...add, version: 99, echo: { id: 'c1.1', note: null, note_version: 0 } },
    ],
  ])('with %s is forbidden, and changes nothing', async (_case, draft, from = 'shop') => {
    const name = newName()
    expect(await postFrame(visitor, name, draft, from)).toMatchObject({ status: 403, code: 'unauthorized' })
    expect(await acceptedBy(name)).toBe(0)
  })

  test('with a call, or an answer, in the name of a DARQ that lives here is forbidden', async () => {
    const scope: Scope = { ...visitor, actions: ['send', 'call', 'answer'] }
    const echo = { id: 'c1.1', note: null, note_version: 0 }
    const call: Draft = { name: 'take', body: 5, version: 0, asker: { to: 'counter/9', handler: 'taken', ...echo } }
    for (const draft of [call, { ...add, echo }]) {
      const name = newName()
      expect(await postFrame(scope, name, draft, 'counter/9')).toMatchObject({
        status: 403,
        facts: { got: 'counter/9' },
      })
      expect(await acceptedBy(name)).toBe(0)
    }
    // A namesake elsewhere may send: nobody answers it.
    expect(await postFrame(scope, newName(), add, 'counter/9')).toMatchObject({ status: 200 })
  })

  test('with the action for it may call in its own name, and no other', async () => {
    const scope: Scope = { ...visitor, actions: ['send', 'call'] }
    const asker = { handler: 'taken', id: 'c1.1', note: null, note_version: 0 }
    const take: Draft = { name: 'take', body: 5, version: 0 }
    expect(await postFrame(scope, newName(), { ...take, asker: { ...asker, to: 'shop' } })).toMatchObject({
      status: 200,
    })
    expect(await postFrame(scope, newName(), { ...take, asker: { ...asker, to: 'shop2' } })).toMatchObject({
      status: 403,
      facts: { expected: 'shop', got: 'shop2' },
    })
  })
})

describe('a batch of a client', () => {
  const enqueue = (name: string, draft: Draft): Promise<Problem> =>
    request({ ...visitor, producers: ['visitor'] }, at(name, 'enqueue'), {
      method: 'POST',
      type: 'application/vnd.darq.messages',
      headers: { 'Darq-Producer': 'visitor', 'Darq-Sequence': '1', Prefer: 'wait=10' },
      body: new Uint8Array(encodeMessages([encodeEnvelope(draft)])),
    })

  test.each<[string, Draft]>([
    ['an answer', { name: 'add', body: 5, version: 99, echo: { id: 'c1.1', note: null, note_version: 0 } }],
    ['a timer', { name: 'add', body: 5, version: 99, timer: { name: 't', id: '1' } }],
    ['another caller', { name: 'add', body: 5, version: 99, asker: { client: 'bob', id: '1', has: [] } }],
    [
      'a participant as its caller',
      { name: 'add', body: 5, version: 99, asker: { to: 'shop', handler: 'x', id: '1', note: null, note_version: 0 } },
    ],
  ])('of a version that is not known yet, with %s, is refused as it would be of a known one', async (_case, draft) => {
    const name = newName()
    expect(await enqueue(name, draft)).toMatchObject({ status: 403, code: 'unauthorized' })
    expect(await acceptedBy(name)).toBe(0)
  })
})

describe('keys that share a DARQ', () => {
  /** Two keys of one DARQ. */
  const [mine, other] = ((): readonly [string, string] => {
    const first = Checkout.approval('m0', { granted: true }).to
    for (let index = 1; ; index += 1)
      if (Checkout.approval(`m${index}`, { granted: true }).to === first) return ['m0', `m${index}`]
  })()
  const share = Checkout.approval(mine, { granted: true }).to
  const scope: Partial<Scope> = {
    names: [`checkout/${mine}`],
    actions: ['send', 'call', 'query'],
    producers: ['visitor'],
  }

  const query = (name: string, body: unknown): Promise<Problem> =>
    request(scope, at(name, 'queries/phase'), {
      method: 'POST',
      type: 'application/vnd.darq.value',
      body: new Uint8Array(encodePlainBytes(body)),
    })
  const enqueue = (name: string, key: string | undefined): Promise<Problem> =>
    request(scope, at(name, 'enqueue'), {
      method: 'POST',
      type: 'application/vnd.darq.messages',
      headers: { 'Darq-Producer': 'visitor', 'Darq-Sequence': '1', Prefer: 'wait=10' },
      body: new Uint8Array(
        encodeMessages([
          encodeEnvelope({ name: 'approval', body: { granted: true }, version: 0, ...(key !== undefined && { key }) }),
        ]),
      ),
    })

  test.each([`checkout/${mine}`, share])('by %s: a query of another key is forbidden', async (name) => {
    expect(await query(name, [other])).toMatchObject({ status: 403, facts: { name: `checkout/${other}` } })
    expect(await query(name, null)).toMatchObject({ status: 403, facts: { name: share } })
    expect((await query(name, [mine])).status).not.toBe(403)
  })

  test.each([`checkout/${mine}`, share])('by %s: a message for another key is forbidden', async (name) => {
    expect(await enqueue(name, other)).toMatchObject({ status: 403, facts: { name: `checkout/${other}` } })
    expect(await enqueue(name, undefined)).toMatchObject({ status: 403, facts: { name: share } })
    expect((await enqueue(name, mine)).status).not.toBe(403)
  })

  test('what concerns all keys of the DARQ is for who reaches the DARQ', async () => {
    const inspect: Partial<Scope> = { ...scope, actions: ['inspect', 'query'] }
    const letters = { method: 'GET' }
    expect(await request(inspect, at(`checkout/${mine}`, 'queries/$deadLetters'), letters)).toMatchObject({
      status: 403,
    })
    expect(await request(inspect, at(share, 'pending'), letters)).toMatchObject({ status: 403 })
    expect(
      await request({ ...inspect, names: ['checkout/*'] }, at(share, 'queries/$deadLetters'), letters),
    ).toMatchObject({ status: 200 })
  })

  test('a client whose token has one key only sends by it', async () => {
    const client = connect(edge.url, { token: await edge.token({ ...scope, producers: ['*'] }) })
    await client.send(Checkout.approval(mine, { granted: false })).accepted
    await expect(client.send(Checkout.approval(other, { granted: false })).accepted).rejects.toMatchObject({
      code: 'unauthorized',
    })
    await client.close().catch(() => undefined)
  })
})

test('a name of another family that looks like a shared one’s is no way around the token', async () => {
  const scope: Partial<Scope> = { names: ['counter/bob'], actions: ['query'], producers: [] }
  expect(await request(scope, at('counter/~0', 'queries/total'))).toMatchObject({ status: 403 })
})

test('HEAD is refused, so that nobody leaves a body unread', async () => {
  const response = await fetch(at(newName(), 'watch/total'), {
    method: 'HEAD',
    headers: { Authorization: `Bearer ${everything}` },
  })
  expect(response.status).toBe(405)
})

test.each(['', '/counter%2F1/queries/total', '/counter%2F1/nothing'])(
  '%j: a browser does not guess the type',
  async (path) => {
    const response = await fetch(`${edge.url}${path}`, { headers: { Authorization: `Bearer ${everything}` } })
    await response.text()
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
  },
)
