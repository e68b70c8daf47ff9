/**
 * The way from the page to workerd, and what a bad network does to it.
 *
 * @module
 */
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context } from 'hono'
import { proxy } from 'hono/proxy'
import type { RequestFate } from './request-fate.ts'

/** Requests between the two hosts, and what really happened to them. */
export interface ProxyCounts {
  requests: number
  dropped: number
  duplicated: number
}

type ProxyContext = Context<{ Bindings: HttpBindings }>

export interface EdgeProxy {
  readonly counts: ProxyCounts
  readonly handle: (c: ProxyContext) => Promise<Response>
  /** Resolves when every duplicate that was held back has been sent and answered. */
  settled(): Promise<void>
}

/**
 * @param edge where workerd listens
 * @param fate of each request between the hosts; what the page asks for itself always passes
 */
export function edgeProxy(edge: URL, fate: () => RequestFate = () => ({ kind: 'pass' })): EdgeProxy {
  const counts: ProxyCounts = { requests: 0, dropped: 0, duplicated: 0 }
  const late = new Set<Promise<void>>()
  return {
    counts,
    async settled() {
      while (late.size > 0) await Promise.all(late)
    },
    async handle(c) {
      const { pathname, search } = new URL(c.req.url)
      const target = new URL(pathname + search, edge)
      const copy = await readCopy(c.req.raw)
      if (!isBetweenHosts(c)) return await answered(c, send(target, copy))
      counts.requests += 1
      const decided = fate()
      switch (decided.kind) {
        case 'pass':
          return await answered(c, send(target, copy))
        case 'drop_before':
          counts.dropped += 1
          return cutOff(c)
        case 'drop_after':
          await send(target, copy).then(drain, () => undefined)
          counts.dropped += 1
          return cutOff(c)
        case 'duplicate': {
          counts.duplicated += 1
          const again = sendLater(target, copy, decided.after_ms).finally(() => late.delete(again))
          late.add(again)
          return await answered(c, send(target, copy))
        }
      }
    },
  }
}

/** Frames of channels: the only requests that one host makes of the other. */
function isBetweenHosts(c: Context): boolean {
  return c.req.method === 'POST' && c.req.path.endsWith('/frames')
}

/** A workerd that is down is an answer of its own; one that goes down later breaks the connection. */
async function answered(c: ProxyContext, response: Promise<Response>): Promise<Response> {
  try {
    const { body, status, headers } = await response
    return new Response(body === null ? null : unbroken(c, body), { status, headers })
  } catch {
    return Response.json(
      { title: 'The edge is down', status: 502, code: 'unavailable', retryable: true },
      { status: 502, headers: { 'Content-Type': 'application/problem+json' } },
    )
  }
}

/** A stream that breaks is passed on as a broken connection: a server would report it as an error of its own. */
function unbroken(c: ProxyContext, body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      } catch {
        c.env.incoming.socket.destroy()
        controller.close()
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
}

interface Copy {
  readonly method: string
  readonly headers: Headers
  readonly body: ArrayBuffer | null
}

/** A request's body is read before it is sent on, so that it can be sent twice, and its sender may vanish meanwhile. */
async function readCopy(request: Request): Promise<Copy> {
  const headers = new Headers(request.headers)
  for (const name of ['host', 'connection', 'content-length', 'transfer-encoding']) headers.delete(name)
  return { method: request.method, headers, body: request.body === null ? null : await request.arrayBuffer() }
}

function send(target: URL, copy: Copy): Promise<Response> {
  return proxy(target, { method: copy.method, headers: copy.headers, body: copy.body })
}

/** Sends it once more. Whether it arrives is all the same: that is what a duplicate is. */
async function sendLater(target: URL, copy: Copy, after_ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, after_ms))
  await send(target, copy).then(drain, () => undefined)
}

/** An answer that nobody wants is still read, so that its connection is free again. */
async function drain(response: Response): Promise<void> {
  await response.arrayBuffer()
}

/** The other end sees a broken connection, and can't know how far its request came. */
function cutOff(c: ProxyContext): Response {
  c.env.incoming.socket.destroy()
  return RESPONSE_ALREADY_SENT
}
