import { type Scope, signedToken, signToken } from '@darq/edge'
import { sign } from 'hono/jwt'
import { expect, test } from 'vitest'

const secret = 'a secret of thirty-two bytes or more'
const scope: Scope = { names: ['account/*'], actions: ['send', 'query'], producers: ['shop:*'] }
const authorize = signedToken<{ SECRET: string }>((env) => env.SECRET)
const asked = (authorization: string) =>
  authorize(new Request('https://edge', { headers: { Authorization: authorization } }), { SECRET: secret })
const unauthorized = { code: 'unauthorized', message: 'the token is not valid' }
const now_s = Math.floor(Date.now() / 1000)

test('a signed scope comes back as it was', async () => {
  expect(await asked(`Bearer ${await signToken(secret, scope, { expires_s: 60 })}`)).toEqual(scope)
})

test('a request without a bearer token is refused', async () => {
  await expect(authorize(new Request('https://edge'), { SECRET: secret })).rejects.toMatchObject({
    code: 'unauthorized',
  })
  await expect(asked('Basic dXNlcjpwYXNz')).rejects.toMatchObject({ code: 'unauthorized' })
  await expect(asked('Bearer not-a-token')).rejects.toMatchObject({ code: 'unauthorized' })
})

test('an expired token is refused', async () => {
  const token = await signToken(secret, scope, { expires_s: 60, now_ms: Date.now() - 61_000 })
  await expect(asked(`Bearer ${token}`)).rejects.toMatchObject(unauthorized)
})

test('a token that never expires is refused: it could not be taken back', async () => {
  await expect(asked(`Bearer ${await sign({ ...scope }, secret, 'HS256')}`)).rejects.toMatchObject(unauthorized)
})

test('a token under another secret, or another algorithm, is refused', async () => {
  const other = await signToken(`not ${secret}`, scope, { expires_s: 60 })
  await expect(asked(`Bearer ${other}`)).rejects.toMatchObject(unauthorized)
  const stronger = await sign({ ...scope, exp: now_s + 60 }, secret, 'HS512')
  await expect(asked(`Bearer ${stronger}`)).rejects.toMatchObject(unauthorized)
})

test('an unsigned token is refused', async () => {
  const part = (value: object) =>
    btoa(JSON.stringify(value)).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_')
  const token = `${part({ alg: 'none', typ: 'JWT' })}.${part({ ...scope, exp: now_s + 60 })}.AA`
  await expect(asked(`Bearer ${token}`)).rejects.toMatchObject(unauthorized)
})

test('a token whose payload was changed is refused', async () => {
  const [head = '', payload = '', signature = ''] = (await signToken(secret, scope, { expires_s: 60 })).split('.')
  const changed = btoa(atob(payload).replace('account/*', '*')).replaceAll('=', '')
  await expect(asked(`Bearer ${head}.${changed}.${signature}`)).rejects.toMatchObject(unauthorized)
})

test.each([
  { names: 'account/*', actions: [], producers: [] },
  { names: [], actions: ['everything'], producers: [] },
  { names: [], actions: [] },
  { names: [1], actions: [], producers: [] },
])('a payload that is no scope is refused: %j', async (payload) => {
  await expect(asked(`Bearer ${await sign({ ...payload, exp: now_s + 60 }, secret, 'HS256')}`)).rejects.toMatchObject(
    unauthorized,
  )
})

test('a secret shorter than its hash is refused, on both sides, and not named', async () => {
  await expect(signToken('short', scope, { expires_s: 60 })).rejects.toThrow(/at least 32 bytes/)
  const asking = authorize(
    new Request('https://edge', {
      headers: { Authorization: `Bearer ${await signToken(secret, scope, { expires_s: 60 })}` },
    }),
    { SECRET: 'short' },
  )
  await expect(asking).rejects.toMatchObject({ code: 'unavailable', message: expect.not.stringContaining('short') })
})
