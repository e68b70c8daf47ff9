/**
 * The HTTP routes of a DARQ, as data: what the worker authorizes and limits by, what the object answers, and what the OpenAPI
 * description is made of.
 *
 * @module
 */
import { header, mediaType } from '@darq/runtime/transport'
import type { Action } from './scope.ts'

/** Bodies, in bytes. A frame and a batch may hold one message of the engine's largest size, and what stands around it. */
export const body_bytes_max = {
  frame: 4 * 1024 * 1024,
  messages: 4 * 1024 * 1024,
  value: 1024 * 1024,
  none: 0,
} as const

export type Operation = 'frames' | 'enqueue' | 'message' | 'query' | 'watch' | 'expected' | 'pending' | 'counts'

export interface RouteFacts {
  readonly operation: Operation
  readonly methods: readonly ('get' | 'post')[]
  /** Behind the mount. `:name` is the DARQ's, as one segment: `account%2Fbob`. */
  readonly path: string
  /** What the bearer may do, one of these at least; what the content asks for is checked where it is read. */
  readonly actions: readonly Action[]
  /** Where keys share the DARQ, each that the content names is checked: so it is enough to reach one of them. */
  readonly namesKeys?: true
  readonly summary: string
  readonly body: { readonly types: readonly string[]; readonly bytes_max: number }
  readonly replies: readonly string[]
  readonly headers?: readonly string[]
  readonly queries?: readonly string[]
}

const noBody = { types: [], bytes_max: body_bytes_max.none }
const valueBody = { types: [mediaType.json, mediaType.value], bytes_max: body_bytes_max.value }

export const routeTable: readonly RouteFacts[] = [
  {
    operation: 'message',
    namesKeys: true,
    methods: ['post'],
    path: '/:name/messages/:message',
    actions: ['send', 'call', 'inspect'],
    summary:
      'Sends one message; the answer to a call comes with the reply. A repeat has duplicate: true, and changes nothing. With a body on each line, one message of many bodies.',
    body: { types: [mediaType.json, mediaType.lines], bytes_max: body_bytes_max.value },
    replies: [mediaType.json],
    headers: [header.idempotencyKey, header.producer, header.sequence, header.session, header.prefer],
  },
  {
    operation: 'query',
    namesKeys: true,
    methods: ['get', 'post'],
    path: '/:name/queries/:query',
    actions: ['query', 'call', 'inspect'],
    summary: 'Reads state, at the asked grade or better.',
    body: valueBody,
    replies: [mediaType.json, mediaType.value],
    queries: ['grade'],
  },
  {
    operation: 'watch',
    namesKeys: true,
    methods: ['get', 'post'],
    path: '/:name/watch/:query',
    actions: ['query', 'call', 'inspect'],
    summary: 'Tells the value now and after every change, with its grade.',
    body: valueBody,
    replies: [mediaType.events],
  },
  {
    operation: 'enqueue',
    namesKeys: true,
    methods: ['post'],
    path: '/:name/enqueue',
    actions: ['send', 'call', 'inspect'],
    summary: 'Sends a batch of encoded messages of one producer, and tells each grade as it is reached.',
    body: { types: [mediaType.messages], bytes_max: body_bytes_max.messages },
    replies: [mediaType.lines, mediaType.json],
    headers: [header.producer, header.sequence, header.session, header.prefer],
  },
  {
    operation: 'frames',
    methods: ['post'],
    path: '/:name/frames',
    actions: ['send', 'call', 'answer'],
    summary:
      'Takes one frame of committed messages from a host elsewhere. The reply is the frame that answers it, once that is committed.',
    body: { types: [mediaType.frame], bytes_max: body_bytes_max.frame },
    replies: [mediaType.frame],
  },
  {
    operation: 'expected',
    methods: ['get'],
    path: '/:name/expected',
    actions: ['send', 'call', 'inspect'],
    summary: 'The sequence that is expected next from a producer.',
    body: noBody,
    replies: [mediaType.json],
    queries: ['producer'],
  },
  {
    operation: 'pending',
    methods: ['get'],
    path: '/:name/pending',
    actions: ['inspect'],
    summary: 'How many messages wait.',
    body: noBody,
    replies: [mediaType.json],
  },
  {
    operation: 'counts',
    methods: ['get'],
    path: '/:name/counts',
    actions: ['inspect'],
    summary: 'What the host of this DARQ has counted since it was opened.',
    body: noBody,
    replies: [mediaType.json],
  },
]
