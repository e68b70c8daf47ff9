/**
 * The edge of the demo: the edges of its scenes, and what a demo needs besides: a token for whoever visits, and, where they are
 * switched on, ways to kill or wipe an object or to slow its disk.
 *
 * @module
 */
import type { DurableObjectNamespace } from '@cloudflare/workers-types'
import { signToken } from '@darq/edge'
import { type Context, Hono } from 'hono'
import { cashier_name } from './checkout/cashier.ts'
import { Cashier } from './checkout/cashier-object.ts'
import { checkout_darq, shelf_darq } from './checkout/checkout.address.ts'
import { Shop, type ShopEnv, shop } from './checkout/shop.ts'
import { by_a_visitor, parseDisk } from './demo-object.ts'
import { type BoardEnv, BoardObject, boardEdge } from './lateness/board-edge.ts'
import { Totals, type TotalsEnv, totalsEdge } from './totals.ts'
import type { VisitorToken } from './visitor-token.ts'

export { BoardObject, Cashier, Shop, Totals }

export type Env = TotalsEnv &
  ShopEnv &
  BoardEnv & {
    /** 'on': visitors may kill and wipe objects and slow their disks. Only the edge of `npm start` has it. */
    readonly DEMO_FAULTS?: string
  }

const token_seconds = 3600

/** The objects that visitors may do something to: `?darq=`. */
const objects: Readonly<Record<string, (env: Env) => DurableObjectNamespace>> = {
  totals: (env) => env.TOTALS,
  [checkout_darq]: (env) => env.SHOP,
  [shelf_darq]: (env) => env.SHOP,
  [cashier_name]: (env) => env.CASHIER,
  board: (env) => env.BOARD,
}

type Asked = Context<{ Bindings: Env }>

function objectOf(c: Asked) {
  const name = c.req.query('darq') ?? ''
  return objects[name]?.(c.env).getByName(name)
}

const app = new Hono<{ Bindings: Env }>()

app.get('/demo/token', async (c) => {
  const scope = {
    names: ['totals', 'checkout/*', 'stock/*', 'board'],
    actions: ['query', 'inspect', 'send', 'call'] as const,
    // The channels of these hosts, whatever their generation; clients; what clients have a key for.
    producers: ['flights-tab#*', 'checkout-tab#*', 'stream-tab#*', 'client:*', 'key:*'],
  }
  const token = await signToken(c.env.TOKEN_SECRET, scope, { expires_s: token_seconds })
  const answer: VisitorToken = { token, expiresAt_ms: Date.now() + token_seconds * 1000 }
  return c.json(answer, 200, { 'Cache-Control': 'no-store' })
})

app.on(['GET', 'POST'], ['/demo/kill', '/demo/wipe', '/demo/disk'], async (c, next) => {
  if (c.env.DEMO_FAULTS === 'on') return await next()
  return c.text(
    'Faults are switched off here: only an edge with DEMO_FAULTS=on lets visitors kill, wipe or slow it.',
    403,
  )
})

app.on('POST', ['/demo/kill', '/demo/wipe'], async (c) => {
  const object = objectOf(c)
  if (object === undefined) return c.notFound()
  try {
    await object.fetch(c.req.url, { method: 'POST' })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    if (reason.includes(by_a_visitor)) return c.body(null, 204)
    throw error
  }
  throw new Error('the object has answered: it lives')
})

app.on(['GET', 'POST'], '/demo/disk', async (c) => {
  const object = objectOf(c)
  if (object === undefined) return c.notFound()
  const method = c.req.method
  const response = await object.fetch(c.req.url, method === 'POST' ? { method, body: await c.req.text() } : { method })
  return c.json(parseDisk(await response.json()), 200, { 'Cache-Control': 'no-store' })
})

app.get('/demo/cashier', async (c) => {
  const response = await c.env.CASHIER.getByName(cashier_name).fetch('https://cashier.example/book')
  return c.body(await response.text(), 200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
})

app.route('/darq', totalsEdge.routes)
app.route('/shop', shop.routes)
app.route('/board', boardEdge.routes)

export default app
