import type { DurableObjectNamespace } from '@cloudflare/workers-types'
import { DarqError } from '@darq/runtime/engine'
import { Hono } from 'hono'
import { expect, test, vi } from 'vitest'
import { scopeOf } from '../../edge-worker/src/inside.ts'
import { openRoutes } from '../../edge-worker/src/routes.ts'
import type { Scope } from '../../edge-worker/src/scope.ts'

const scope: Scope = { names: ['counter/*'], actions: ['send', 'query', 'inspect'], producers: ['shöp:*'] }

/** The routes, mounted, over objects that note what they are asked. */
function mounted(authorize: () => Promise<Scope> = async () => scope, fails?: Error) {
  const asked: { name: string; request: Request }[] = []
  const objects = {
    getByName: (name: string) => ({
      fetch: async (request: Request) => {
        asked.push({ name, request })
        if (fails !== undefined) throw fails
        return new Response('from the object')
      },
    }),
  }
  const routes = openRoutes<Record<string, never>>({
    // The one part of a namespace that the routes use.
    object: () => objects as unknown as DurableObjectNamespace,
    authorize,
    address: (_env, name) => {
      if (name === 'counter/unknown') throw new DarqError('unknown_address')
      return { darq: name }
    },
  })
  const app = new Hono().route('/some/where', routes)
  return { asked, ask: (path: string, init?: RequestInit) => app.request(`https://edge${path}`, init) }
}

test('a request reaches the object of its DARQ, with the path behind the name, the query and the verified scope', async () => {
  const { asked, ask } = mounted()
  const response = await ask('/some/where/counter%2Fa%20b/queries/to%2Ftal?grade=durable', {
    headers: { Authorization: 'Bearer x', 'Darq-Scope': 'mine' },
  })
  expect(await response.text()).toBe('from the object')
  const [{ name, request } = { name: '', request: new Request('https://nobody') }] = asked
  expect(name).toBe('counter/a b')
  expect(new URL(request.url).pathname).toBe('/counter%2Fa%20b/queries/to%2Ftal')
  expect(new URL(request.url).search).toBe('?grade=durable')
  expect(scopeOf(request)).toEqual(scope)
  expect(request.headers.has('Authorization')).toBe(false)
})

test('a body that is too large by its stated length is refused before a byte is read', async () => {
  const { asked, ask } = mounted()
  let pulled = 0
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull() {
        pulled += 1
      },
    },
    { highWaterMark: 0 },
  )
  const streaming = {
    method: 'POST',
    body: stream,
    duplex: 'half',
    headers: { 'Content-Length': String(4 * 1024 * 1024 + 1) },
  }
  const response = await ask('/some/where/counter%2Fa/frames', streaming)
  expect(response.status).toBe(413)
  expect(await response.json()).toMatchObject({ code: 'too_large', facts: { got: 4 * 1024 * 1024 + 1 } })
  expect(pulled).toBe(0)
  expect(asked).toEqual([])
})

test('no object is made for a name that nobody takes', async () => {
  const { asked, ask } = mounted()
  expect((await ask('/some/where/counter%2Funknown/pending')).status).toBe(404)
  expect(asked).toEqual([])
})

test('who may not is told so before whether there is such a DARQ', async () => {
  const { asked, ask } = mounted()
  expect((await ask('/some/where/teller/pending')).status).toBe(403)
  expect(asked).toEqual([])
})

test("a defect in the application's own authorization leaks nothing", async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const defect = new Error('the secret is xyzzy')
  const { ask } = mounted(() => Promise.reject(defect))
  const response = await ask('/some/where/counter%2Fa/pending')
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain('xyzzy')
  expect(log).toHaveBeenCalledWith(defect)
  log.mockRestore()
})

test.each([
  ['that is lost before it answers', new Error('reset'), 503, 'unavailable'],
  ['that has too much to do', Object.assign(new Error('busy'), { overloaded: true }), 429, 'backpressure'],
])('an object %s: try again', async (_, fails, status, code) => {
  const { ask } = mounted(async () => scope, fails)
  const response = await ask('/some/where/counter%2Fa/pending')
  expect([response.status, response.headers.get('Retry-After')]).toEqual([status, '1'])
  expect(await response.json()).toMatchObject({ code, retryable: true })
})

test('what does not stand in the table is a problem too', async () => {
  const { ask } = mounted()
  const nowhere = await ask('/some/where/counter%2Fa/nowhere/at/all')
  expect([nowhere.status, nowhere.headers.get('Content-Type')]).toEqual([404, 'application/problem+json'])
  const wrong = await ask('/some/where/counter%2Fa/frames')
  expect([wrong.status, wrong.headers.get('Allow')]).toEqual([405, 'POST'])
})
