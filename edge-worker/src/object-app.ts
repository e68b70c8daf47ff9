/**
 * What a Durable Object answers: the routes of the table, over its host. Authorized by the worker before; here the bearer's
 * producers are checked, because they stand in the body.
 *
 * @module
 */
import { DarqError } from '@darq/runtime'
import {
  bodyFromJson,
  header,
  isGrade,
  mediaType,
  outsideAsks,
  outsideQuery,
  type QueryRequest,
  readBytes,
  toBase64,
  valueToJson,
} from '@darq/runtime/transport'
import { type Context, Hono } from 'hono'
import type { ObjectBindings } from './bindings.ts'
import { awaitGrade, reached, streamGrades } from './enqueue.ts'
import { takeFrame } from './frames.ts'
import { keyOf, scopeOf } from './inside.ts'
import { takeMessage } from './message.ts'
import { preference } from './prefer.ts'
import { answerError, noSuchRoute } from './problem.ts'
import { positionOf, positionOrKeyOf } from './producer.ts'
import { type Operation, type RouteFacts, routeTable } from './route-table.ts'
import { checkAsk, checkOwner } from './scope.ts'
import { streamViews } from './watch.ts'

type Asked = Context<{ Bindings: ObjectBindings }>

/** @returns the app; its environment is given with each request */
export function objectApp(): Hono<{ Bindings: ObjectBindings }> {
  const app = new Hono<{ Bindings: ObjectBindings }>()
  app.use(async (c, next) => {
    await next()
    c.header('Cache-Control', 'no-store')
  })
  for (const route of routeTable)
    app.on(route.methods.map(upper), route.path, (c) => operations[route.operation](c, route))
  app.notFound((c) => noSuchRoute(c.req.raw))
  app.onError((error) => answerError(error, true))
  return app
}

const operations: Readonly<Record<Operation, (c: Asked, route: RouteFacts) => Promise<Response>>> = {
  async message(c, { body }) {
    const scope = scopeOf(c.req.raw)
    const message = {
      to: c.env.name,
      name: c.req.param('message') ?? '',
      position: positionOrKeyOf(c.req.raw.headers, scope),
      body: await readBytes(c.req.raw.body, body.bytes_max),
      lines: (c.req.header('Content-Type') ?? '').startsWith(mediaType.lines),
      session: c.req.header(header.session),
      key: keyOf(c.req.raw),
    }
    return await takeMessage(message, c.env.participant, c.env.hosted.link, scope, preference(c.req.raw.headers))
  },

  async enqueue(c, { body }) {
    const scope = scopeOf(c.req.raw)
    const position = positionOf(c.req.raw.headers, scope)
    const messages = await readBytes(c.req.raw.body, body.bytes_max)
    const request = { to: c.env.name, ...position, messages, ...sessionOf(c) }
    for (const asked of outsideAsks({ participant: c.env.participant, darq: c.env.name }, request.messages))
      checkAsk(scope, asked)
    const preferred = preference(c.req.raw.headers)
    if (!preferred.stated) return await streamGrades(c.env.hosted.link, request)
    const reply = await awaitGrade(c.env.hosted.link, request, preferred)
    return c.json(reply, reached(reply.grade, preferred.grade) ? 200 : 202)
  },

  async frames(c, { body }) {
    const frame = await readBytes(c.req.raw.body, body.bytes_max)
    return await takeFrame(frame, scopeOf(c.req.raw), c.env)
  },

  async query(c, { body }) {
    const grade = c.req.query('grade') ?? 'committed'
    if (!isGrade(grade))
      throw new DarqError('bad_frame', { facts: { expected: 'grade: accepted, durable or committed', got: grade } })
    const view = await c.env.hosted.link.query(await queryRequest(c, body.bytes_max), grade)
    if (view.grade === 'withdrawn') throw new DarqError('withdrawn')
    const { session } = view
    const headers = { [header.grade]: view.grade, ...(session !== undefined && { [header.session]: session }) }
    return wantsBytes(c)
      ? c.body(new Uint8Array(view.value), 200, { ...headers, 'Content-Type': mediaType.value })
      : c.body(valueToJson(view.value), 200, { ...headers, 'Content-Type': mediaType.json })
  },

  async watch(c, { body }) {
    const request = await queryRequest(c, body.bytes_max)
    const encode = wantsBytes(c) ? (value: Uint8Array) => JSON.stringify(toBase64(value)) : valueToJson
    return streamViews(c.env.hosted.link, request, encode, c.env.watchers.take())
  },

  async expected(c) {
    const producer = c.req.query('producer') ?? ''
    if (producer === '')
      throw new DarqError('bad_frame', { facts: { expected: 'producer: a producer id', got: producer } })
    checkOwner(scopeOf(c.req.raw), producer)
    return c.json({ expected: await c.env.hosted.link.expected(c.env.name, producer) })
  },

  async pending(c) {
    return c.json({ pending: await c.env.hosted.link.pending(c.env.name) })
  },

  async counts(c) {
    return c.json(await c.env.hosted.link.counts(c.env.name))
  },
}

/** Without the header the request has no session, and its answer none. */
function sessionOf(c: Asked): { readonly session?: string } {
  const session = c.req.header(header.session)
  return session === undefined ? {} : { session }
}

async function queryRequest(c: Asked, bytes_max: number): Promise<QueryRequest> {
  const sent = c.req.method === 'POST' ? await readBytes(c.req.raw.body, bytes_max) : new Uint8Array(0)
  const encoded = (c.req.header('Content-Type') ?? '').startsWith(mediaType.value)
  const request = {
    to: c.env.name,
    name: c.req.param('query') ?? '',
    body: encoded ? sent : bodyFromJson(sent, keyOf(c.req.raw)),
    ...sessionOf(c),
  }
  const asked = { participant: c.env.participant, darq: c.env.name }
  checkAsk(scopeOf(c.req.raw), outsideQuery(asked, request.name, request.body))
  return request
}

function wantsBytes(c: Asked): boolean {
  return (c.req.header('Accept') ?? '').includes(mediaType.value)
}

function upper(method: string): string {
  return method.toUpperCase()
}
