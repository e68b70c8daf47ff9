import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Edge, openEdge } from './fixture/edge.ts'

// A real process, killed and started, on a machine that has more to do.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let edge: Edge
let token: string

beforeAll(async () => {
  edge = await openEdge()
  token = await edge.token()
})
afterAll(() => edge[Symbol.asyncDispose]())

interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: BodyInit
  readonly token?: string
}

async function ask(
  path: string,
  { headers, token: other, ...init }: Ask = {},
): Promise<{ status: number; headers: Headers; body: unknown }> {
  const response = await fetch(`${edge.url}${path}`, {
    ...init,
    headers: { Authorization: `Bearer ${other ?? token}`, ...headers },
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
}

let counters = 0
/** A DARQ that no other test knows, as it stands in a path. */
const fresh = () => {
  counters += 1
  return `/${encodeURIComponent(`counter/${counters}`)}`
}
const add = (counter: string, n: unknown, headers: Readonly<Record<string, string>>, other?: string) =>
  ask(`${counter}/messages/add`, {
    method: 'POST',
    body: JSON.stringify(n),
    headers,
    ...(other === undefined ? {} : { token: other }),
  })
const place = (sequence: number, producer = 'shop') => ({
  'Darq-Producer': producer,
  'Darq-Sequence': String(sequence),
})
const total = async (counter: string) => (await ask(`${counter}/queries/total`)).body

describe('a message over plain HTTP', () => {
  test('is committed when the answer comes, and can be read', async () => {
    const counter = fresh()
    const { status, body } = await add(counter, 5, place(1))
    expect(status).toBe(200)
    expect(body).toEqual({
      grade: 'committed',
      lsn: expect.any(Number),
      duplicate: false,
      expected: 2,
      durability: 'strict',
    })
    const { body: value, headers } = await ask(`${counter}/queries/total`)
    expect(value).toBe(5)
    expect(headers.get('Darq-Grade')).toBe('committed')
  })

  test('carries many bodies, one a line, and a repeat of them is known', async () => {
    const counter = fresh()
    const push = (body: string) =>
      ask(`${counter}/messages/add`, {
        method: 'POST',
        body,
        headers: { ...place(1), 'Content-Type': 'application/x-ndjson' },
      })
    expect(await push('1\n2\n\n39\n')).toMatchObject({ status: 200, body: { duplicate: false, expected: 2 } })
    expect(await push('1\n2\n\n39\n')).toMatchObject({ status: 200, body: { duplicate: true } })
    expect(await total(counter)).toBe(42)
    expect(await push('1\nnonsense')).toMatchObject({ status: 400, body: { code: 'bad_frame' } })
    expect(await push('1\n"two"')).toMatchObject({ status: 422, body: { code: 'schema' } })
    expect(await push('')).toMatchObject({ status: 400, body: { code: 'invalid_argument' } })
    expect(await total(counter)).toBe(42)
  })

  test('that is repeated is a duplicate, and counts once', async () => {
    const counter = fresh()
    await add(counter, 5, place(1))
    const { status, body } = await add(counter, 5, place(1))
    expect(status).toBe(200)
    expect(body).toMatchObject({ duplicate: true, grade: 'committed', expected: 2 })
    expect(await total(counter)).toBe(5)
  })

  test('that skips one is refused with the number that is expected, and changes nothing', async () => {
    const counter = fresh()
    await add(counter, 5, place(1))
    const { status, body } = await add(counter, 7, place(4))
    expect(status).toBe(409)
    expect(body).toMatchObject({ code: 'gap', status: 409, retryable: false, facts: { expected: 2, got: 4 } })
    expect(await total(counter)).toBe(5)
    expect((await ask(`${counter}/expected?producer=shop`)).body).toEqual({ expected: 2 })
  })

  test('with an idempotency key counts once per key and owner', async () => {
    const counter = fresh()
    const mine = await edge.token({ producers: ['me:*'] })
    const other = await edge.token({ producers: ['you:*'] })
    const key = { 'Idempotency-Key': '"8e03978e"' }
    expect((await add(counter, 1, key, mine)).body).toMatchObject({ duplicate: false })
    expect((await add(counter, 1, key, mine)).body).toMatchObject({ duplicate: true })
    expect((await add(counter, 1, { 'Idempotency-Key': 'another' }, mine)).body).toMatchObject({ duplicate: false })
    expect((await add(counter, 1, key, other)).body).toMatchObject({ duplicate: false })
    expect(await total(counter)).toBe(3)
  })

  test('is answered at the grade that is preferred', async () => {
    const counter = fresh()
    const { status, body } = await add(counter, 5, { ...place(1), Prefer: 'grade=accepted' })
    expect(status).toBe(200)
    expect(body).toMatchObject({ grade: expect.stringMatching(/accepted|durable|committed/), lsn: expect.any(Number) })
  })

  test('that is a call brings its answer, the same one when it is repeated', async () => {
    const counter = fresh()
    await add(counter, 5, place(1))
    const take = (n: number, sequence: number, other?: string) =>
      ask(`${counter}/messages/take`, {
        method: 'POST',
        body: String(n),
        headers: place(sequence),
        ...(other === undefined ? {} : { token: other }),
      })
    expect((await take(2, 2)).body).toMatchObject({ duplicate: false, answer: { value: { left: 3 } } })
    expect((await take(2, 2)).body).toMatchObject({ duplicate: true, answer: { value: { left: 3 } } })
    expect((await take(4, 3)).body).toMatchObject({ answer: { error: { code: 'app:too little' } } })
    expect((await take(1, 4, await edge.token({ actions: ['send', 'query'] }))).status).toBe(403)
    expect(await total(counter)).toBe(3)
  })

  test.each([
    ['a body that does not fit', 'add', '"five"', place(1), 422, 'schema'],
    ['a body that is no JSON', 'add', '{', place(1), 400, 'bad_frame'],
    ['no body', 'add', '', place(1), 400, 'bad_frame'],
    ['a message that there is not', 'subtract', '5', place(1), 404, 'unknown_message'],
    ['neither key nor place', 'add', '5', {}, 400, 'bad_frame'],
    ['a sequence of 0', 'add', '5', place(0), 400, 'bad_frame'],
    ['too large a body', 'add', 'x'.repeat(1024 * 1024 + 1), place(1), 413, 'too_large'],
  ])('with %s is refused', async (_, message, body, headers, status, code) => {
    const counter = fresh()
    const answer = await ask(`${counter}/messages/${message}`, { method: 'POST', body, headers })
    expect(answer.body).toMatchObject({
      code,
      status,
      type: `urn:darq:error:${code}`,
      title: expect.any(String),
      detail: expect.any(String),
    })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
    expect(await total(counter)).toBe(0)
    expect((await ask(`${counter}/expected?producer=shop`)).body).toEqual({ expected: 1 })
  })
})

describe('a request that leads nowhere', () => {
  test.each([
    ['an unknown DARQ', 'GET', '/nobody/pending', 404, 'unknown_address'],
    ['too long a name', 'GET', `/counter%2F${'x'.repeat(200)}/pending`, 404, 'unknown_address'],
    ['a family without a key', 'GET', '/counter%2F/pending', 404, 'unknown_address'],
    ['an unknown query', 'GET', '/counter%2Fx/queries/average', 404, 'unknown_message'],
    ['a message asked as a query', 'GET', '/counter%2Fx/queries/add', 404, 'unknown_message'],
    ['an unknown route', 'GET', '/counter%2Fx/nothing', 404, 'unknown_address'],
    ['an unknown route at the top', 'GET', '/a/b/c/d/e', 404, 'unknown_address'],
    ['a wrong method', 'DELETE', '/counter%2Fx/pending', 405, 'bad_frame'],
    ['an unknown grade', 'GET', '/counter%2Fx/queries/total?grade=certain', 400, 'bad_frame'],
    ['expected without a producer', 'GET', '/counter%2Fx/expected', 400, 'bad_frame'],
  ])('%s', async (_, method, path, status, code) => {
    const answer = await ask(path, { method })
    expect(answer.body).toMatchObject({ code, status })
    expect(answer.status).toBe(status)
  })
})

describe('authorization', () => {
  test('without a token: 401, and how to do better', async () => {
    const response = await fetch(`${edge.url}/counter%2Fx/pending`)
    expect(response.status).toBe(401)
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer')
    expect(await response.json()).toMatchObject({ code: 'unauthorized', status: 401 })
  })

  test.each([
    ['another name', { names: ['relay/*'] }, '/counter%2Fx/pending'],
    ['another action', { actions: ['query' as const] }, '/counter%2Fx/pending'],
    ["another's producer", { producers: ['mine'] }, '/counter%2Fx/expected?producer=yours'],
  ])('a token for %s: 403', async (_, scope, path) => {
    const answer = await ask(path, { token: await edge.token(scope) })
    expect(answer.status).toBe(403)
    expect(answer.body).toMatchObject({ code: 'unauthorized', status: 403 })
  })

  test("a scope that the client writes itself is not read: the worker's own counts", async () => {
    const scope = encodeURIComponent(JSON.stringify({ names: ['*'], actions: ['send'], producers: ['*'] }))
    const counter = fresh()
    const mine = await edge.token({ producers: ['mine'] })
    const answer = await add(counter, 1, { ...place(1, 'yours'), 'Darq-Scope': scope }, mine)
    expect(answer.status).toBe(403)
    expect(await total(counter)).toBe(0)
  })
})

test('the description names every route that is there, and no other', async () => {
  const response = await fetch(edge.url)
  const description = await response.json()
  expect(description).toMatchObject({ openapi: '3.1.0', servers: [{ url: '/darq' }] })
  for (const [path, item] of Object.entries(description.paths)) {
    for (const method of Object.keys(item as object)) {
      const filled = path
        .replace('{name}', 'counter%2Fdescribed')
        .replace('{query}', 'total')
        .replace('{message}', 'add')
      // Not authorized: the route is there, for whoever may.
      const answer = await fetch(`${edge.url}${filled}`, { method: method.toUpperCase() })
      expect([method, path, answer.status]).toEqual([method, path, 401])
    }
  }
})
