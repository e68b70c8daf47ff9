/**
 * The demo's server: the built page with its headers, the file of flights, and the way to workerd.
 *
 * @module
 */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { buildPage } from './build-demo.ts'
import { pageHeaders } from './content-security-policy.ts'
import { type EdgeProcess, startEdge } from './edge-process.ts'
import { type EdgeProxy, edgeProxy } from './edge-proxy.ts'
import type { RequestFate } from './request-fate.ts'

export interface ServeOptions {
  /** Keeps the edge's storage, and what is built: two of them never meet. */
  readonly folder: string
  /** The file of flights that the page gets. */
  readonly data: string
  /** 0: any free one. Otherwise this or the next free one. */
  readonly port: number
  /** What becomes of requests between the hosts; without it, all pass. */
  readonly fate?: () => RequestFate
}

export interface Served {
  readonly url: URL
  readonly edge: EdgeProcess
  readonly proxy: EdgeProxy
  [Symbol.asyncDispose](): Promise<void>
}

const ports_tried_max = 50

/** Builds both sides and serves them. Resolves when the page can be opened. */
export async function serve(options: ServeOptions): Promise<Served> {
  const [page, edge] = await Promise.all([buildPage(join(options.folder, 'page')), startEdge(options.folder)])
  const proxy = edgeProxy(edge.url, options.fate)

  const app = new Hono<{ Bindings: HttpBindings }>()
  // The page asks whether there is a plug to pull: a deployment has none.
  app.get('/demo/plug', (c) => c.body(null, 204))
  app.post('/demo/plug', async (c) => {
    process.kill(await edge.pid(), 'SIGKILL')
    return c.body(null, 204)
  })
  app.all('/darq/*', proxy.handle)
  app.all('/shop/*', proxy.handle)
  app.all('/board/*', proxy.handle)
  app.all('/demo/*', proxy.handle)
  app.get('/data/flights.json', async (c) => c.body(await readFile(options.data, 'utf8'), 200, json))
  app.use('*', async (c, next) => {
    await next()
    for (const [name, value] of Object.entries(pageHeaders)) c.res.headers.set(name, value)
  })
  app.use('*', serveStatic({ root: page }))

  const server = createAdaptorServer({ fetch: app.fetch })
  const port = await listen(server, options.port)
  return {
    url: new URL(`http://localhost:${port}/`),
    edge,
    proxy,
    async [Symbol.asyncDispose]() {
      if ('closeAllConnections' in server) server.closeAllConnections()
      server.close()
      await edge[Symbol.asyncDispose]()
    },
  }
}

const json = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }

type Server = ReturnType<typeof createAdaptorServer>

async function listen(server: Server, wanted: number): Promise<number> {
  for (let port = wanted; ; port += 1) {
    try {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
      return addressOf(server).port
    } catch (error) {
      if (!isTaken(error) || port === 0 || port - wanted >= ports_tried_max) throw error
    }
  }
}

function addressOf(server: Server): AddressInfo {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  return address
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}
