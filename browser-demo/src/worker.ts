/**
 * The edge of the demo: the DARQ `totals` in a Durable Object, and what a demo needs besides: a token for whoever visits,
 * and ways to kill or wipe the object or to slow its disk, which no real deployment would hand out.
 *
 * @module
 */
import type {
  DurableObjectNamespace,
  DurableObjectState,
  Request as WorkersRequest,
  Response as WorkersResponse,
} from '@cloudflare/workers-types'
import { darq, signedToken, signToken } from '@darq/edge'
import { Hono } from 'hono'
import * as v from 'valibot'
import type { EdgeDisk } from './edge-disk.ts'
import { totals } from './flights.ts'
import { toWorkers } from './platform.ts'
import { SlowDisk } from './slow-disk.ts'
import type { VisitorToken } from './visitor-token.ts'

export interface Env {
  readonly TOTALS: DurableObjectNamespace
  /** At least 32 bytes. */
  readonly TOKEN_SECRET: string
}

const token_seconds = 3600
const disk_key = 'demo/disk_ms'
const parseDisk = v.parser(v.object({ latency_ms: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000)) }))

const edge = darq<Env>({
  object: (env) => env.TOTALS,
  participants: () => [totals],
  authorize: signedToken((env) => env.TOKEN_SECRET),
})

export class Totals extends edge.DurableObject {
  readonly #state: DurableObjectState
  readonly #disk: SlowDisk

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#state = state
    this.#disk = new SlowDisk(state.storage)
    // It stays slow over the lives of the object, until somebody says otherwise.
    state.blockConcurrencyWhile(async () => {
      this.#disk.latency_ms = (await state.storage.get<number>(disk_key)) ?? 0
    })
  }

  override async fetch(request: WorkersRequest): Promise<WorkersResponse> {
    const { pathname } = new URL(request.url)
    // `abort` throws: the object is gone before it can answer.
    if (pathname === '/demo/kill') this.#state.abort('killed by a visitor')
    if (pathname === '/demo/wipe') {
      await this.#state.storage.deleteAlarm()
      await this.#state.storage.deleteAll()
      this.#state.abort('wiped by a visitor')
    }
    if (pathname === '/demo/disk') return await this.#slow(request)
    if (super.fetch === undefined) throw new Error('the object takes no requests')
    return await super.fetch(request)
  }

  async #slow(request: WorkersRequest): Promise<WorkersResponse> {
    if (request.method === 'POST') {
      const { latency_ms } = parseDisk(await request.json())
      await this.#disk.fast.put(disk_key, latency_ms)
      this.#disk.latency_ms = latency_ms
    }
    const disk: EdgeDisk = { latency_ms: this.#disk.latency_ms }
    return toWorkers(Response.json(disk))
  }
}

const app = new Hono<{ Bindings: Env }>()

app.get('/demo/token', async (c) => {
  const scope = {
    names: ['totals'],
    actions: ['query', 'inspect', 'send'] as const,
    // The channels of a host named flights-tab, whatever its generation.
    producers: ['flights-tab#*'],
  }
  const token = await signToken(c.env.TOKEN_SECRET, scope, { expires_s: token_seconds })
  const answer: VisitorToken = { token, expiresAt_ms: Date.now() + token_seconds * 1000 }
  return c.json(answer, 200, { 'Cache-Control': 'no-store' })
})

app.on('POST', ['/demo/kill', '/demo/wipe'], async (c) => {
  const object = c.env.TOTALS.getByName('totals')
  try {
    await object.fetch(c.req.url, { method: 'POST' })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    if (reason.includes('by a visitor')) return c.body(null, 204)
    throw error
  }
  throw new Error('the object has answered: it lives')
})

app.on(['GET', 'POST'], '/demo/disk', async (c) => {
  const method = c.req.method
  const object = c.env.TOTALS.getByName('totals')
  const response = await object.fetch(c.req.url, method === 'POST' ? { method, body: await c.req.text() } : { method })
  return c.json(parseDisk(await response.json()), 200, { 'Cache-Control': 'no-store' })
})

app.route('/darq', edge.routes)

export default app
