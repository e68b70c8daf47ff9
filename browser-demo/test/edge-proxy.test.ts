import { once } from 'node:events'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { afterEach, expect, test } from 'vitest'
import { edgeProxy } from '../edge-proxy.ts'
import type { RequestFate } from '../request-fate.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function listen(fetch: Parameters<typeof createAdaptorServer>[0]['fetch']): Promise<URL> {
  const server = createAdaptorServer({ fetch })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return new URL(`http://127.0.0.1:${address.port}/`)
}

/** An edge that notes the frames that reach it, behind a proxy that gives each request this fate. */
async function world(fate: RequestFate) {
  const frames: string[] = []
  const edge = new Hono()
  edge.post('/darq/totals/frames', async (c) => {
    frames.push(await c.req.text())
    return c.text(`frame ${frames.length}`, 200, { 'Content-Type': 'application/vnd.darq.frame' })
  })
  edge.get('/darq/totals/pending', (c) => c.json({ grade: c.req.query('grade') }))
  const proxy = edgeProxy(await listen(edge.fetch), () => fate)
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.all('/darq/*', proxy.handle)
  const url = await listen(app.fetch)
  const post = () => fetch(new URL('/darq/totals/frames', url), { method: 'POST', body: 'bytes' })
  return { frames, proxy, url, post }
}

test('what passes reaches the edge once, and its answer comes back', async () => {
  const { frames, post, proxy } = await world({ kind: 'pass' })
  const response = await post()
  expect(await response.text()).toBe('frame 1')
  expect(response.headers.get('content-type')).toBe('application/vnd.darq.frame')
  expect(frames).toEqual(['bytes'])
  expect(proxy.counts).toEqual({ requests: 1, dropped: 0, duplicated: 0 })
})

test('a request dropped on its way never reaches the edge', async () => {
  const { frames, post, proxy } = await world({ kind: 'drop_before' })
  await expect(post()).rejects.toThrow('fetch failed')
  expect(frames).toEqual([])
  expect(proxy.counts.dropped).toBe(1)
})

test('of a request whose answer is dropped, the edge has the frame and the sender does not know', async () => {
  const { frames, post } = await world({ kind: 'drop_after' })
  await expect(post()).rejects.toThrow('fetch failed')
  expect(frames).toEqual(['bytes'])
})

test.each([0, 30])('a request duplicated after %i ms reaches the edge twice', async (after_ms) => {
  const { frames, post, proxy } = await world({ kind: 'duplicate', after_ms })
  expect((await post()).status).toBe(200)
  await proxy.settled()
  expect(frames).toEqual(['bytes', 'bytes'])
  expect(proxy.counts.duplicated).toBe(1)
})

test('what the page asks for itself always passes', async () => {
  const { url, proxy } = await world({ kind: 'drop_before' })
  const response = await fetch(new URL('/darq/totals/pending?grade=durable', url))
  expect(await response.json()).toEqual({ grade: 'durable' })
  expect(proxy.counts.requests).toBe(0)
})

test('an edge that is down is a problem that may pass', async () => {
  const gone = await listen(() => new Response())
  for (const close of closing.splice(0)) close()
  const proxy = edgeProxy(gone)
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.all('/darq/*', proxy.handle)
  const response = await fetch(new URL('/darq/totals/frames', await listen(app.fetch)), {
    method: 'POST',
    body: 'bytes',
  })
  expect(response.status).toBe(502)
  expect(await response.json()).toMatchObject({ code: 'unavailable', retryable: true })
})
