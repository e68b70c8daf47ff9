/**
 * The OpenAPI 3.1 description, made from the route table.
 *
 * @module
 */
import { header, mediaType } from '@darq/runtime/transport'
import { type RouteFacts, routeTable } from './route-table.ts'

type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json }

/** What a header or a query parameter means. */
const parameters: Readonly<Record<string, { readonly description: string; readonly schema: Json }>> = {
  name: {
    description: "The DARQ's name, percent-encoded as one segment: account%2Fbob",
    schema: { type: 'string', maxLength: 512 },
  },
  message: { description: "The message's name", schema: { type: 'string' } },
  query: { description: "The query's name", schema: { type: 'string' } },
  producer: { description: 'A producer id that the bearer owns', schema: { type: 'string', maxLength: 1023 } },
  grade: {
    description: 'How certain the state that is read must be',
    schema: { type: 'string', enum: ['accepted', 'durable', 'committed'], default: 'committed' },
  },
  [header.producer]: { description: 'A producer id that the bearer owns, percent-encoded', schema: { type: 'string' } },
  [header.sequence]: {
    description: "The producer's sequence of the first message: 1, 2, 3, … without gaps",
    schema: { type: 'integer', minimum: 1 },
  },
  [header.idempotencyKey]: {
    description: `Instead of ${header.producer} and ${header.sequence}: the same key is the same message`,
    schema: { type: 'string', maxLength: 255 },
  },
  [header.session]: {
    description:
      'What the client has seen that may still be lost, as the last answer said; empty at first. The request then depends on it',
    schema: { type: 'string', maxLength: 6144 },
  },
  [header.prefer]: {
    description:
      'RFC 7240. wait=SECONDS: answer then at the latest; grade=accepted, durable or committed (the default): answer at that grade',
    schema: { type: 'string' },
  },
}

const problem = {
  description: 'What was expected and what came (RFC 9457)',
  content: { [mediaType.problem]: { schema: { $ref: '#/components/schemas/Problem' } } },
}

/** @param server the URL of the mounted routes */
export function openapi(server: string): Json {
  return {
    openapi: '3.1.0',
    info: { title: 'DARQ', version: '1', description: 'Exactly-once steps. One path per DARQ.' },
    servers: [{ url: server }],
    security: [{ token: [] }],
    paths: Object.fromEntries(routeTable.map((route) => [openapiPath(route.path), pathItem(route)])),
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { Problem: problemSchema },
    },
  }
}

function openapiPath(path: string): string {
  return path.replaceAll(/:(\w+)/g, '{$1}')
}

function pathItem(route: RouteFacts): Json {
  return Object.fromEntries(route.methods.map((method) => [method, operation(route, method)]))
}

function operation(route: RouteFacts, method: 'get' | 'post'): Json {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].flatMap(([, name]) =>
    name === undefined ? [] : [parameter(name, 'path')],
  )
  const inQuery = (route.queries ?? []).map((name) => parameter(name, 'query'))
  const inHeader = (route.headers ?? []).map((name) => parameter(name, 'header'))
  const body = { required: true, content: content(route.body.types), 'x-bytes-max': route.body.bytes_max }
  return {
    operationId: route.methods.length === 1 ? route.operation : `${route.operation}-${method}`,
    summary: route.summary,
    'x-actions': route.actions,
    parameters: [...inPath, ...inQuery, ...inHeader],
    ...(method === 'post' ? { requestBody: body } : {}),
    responses: { '200': { description: 'Done', content: content(route.replies) }, default: problem },
  }
}

function parameter(name: string, place: 'path' | 'query' | 'header'): Json {
  return { name, in: place, required: place === 'path' || name === 'producer', ...parameters[name] }
}

function content(types: readonly string[]): Json {
  return Object.fromEntries(types.map((type) => [type, {}]))
}

const problemSchema: Json = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'retryable'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    retryable: { type: 'boolean', description: 'The same request may succeed later' },
    facts: { description: 'What was expected, what came, and whatever else helps' },
  },
}
