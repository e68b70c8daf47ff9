/**
 * The worker of the benchmark: workflows and the participants they call, behind the routes that clients use.
 *
 * @module
 */
import type { DurableObjectNamespace, DurableObjectState } from '@cloudflare/workers-types'
import { darq } from '@darq/edge'
import type { Participant } from '@darq/runtime'
import { Hono } from 'hono'
import { participants as longOnes } from '../long/workflows.ts'
import { calls, echo, steps } from '../steps.ts'
import { MarkBook } from './marks.ts'

interface Env {
  readonly OBJECTS: DurableObjectNamespace
  /** Workflows that come to the end of their steps stay there. */
  readonly HOLDS: boolean
}

/** Of all objects: a local workerd has them in one isolate. */
const book = new MarkBook()

/** Asked for with each request: made once. */
let made: readonly Participant[] | undefined
function participantsOf({ HOLDS }: Env): readonly Participant[] {
  made ??= [
    ...[steps, calls, echo],
    ...longOnes({
      done: (id, number) => book.done(id, number),
      async next(id) {
        book.next(id)
        if (HOLDS) await new Promise<void>(() => {})
      },
    }),
  ]
  return made
}

const edge = darq<Env>({
  object: (env) => env.OBJECTS,
  participants: participantsOf,
  authorize: async () => ({ names: ['*'], actions: ['send', 'call', 'query', 'inspect'], producers: ['*'] }),
  k: Number.POSITIVE_INFINITY,
  onError: (error, where, name) => console.warn(name, where, error.message),
})

export class Objects extends edge.DurableObject {
  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    book.born(state.id.name ?? '')
  }
}

export default new Hono<{ Bindings: Env }>()
  .get('/marks/:id', (c) => c.json(book.of(c.req.param('id'))))
  .get('/birth/:name', (c) => c.json(book.birthOf(c.req.param('name'))))
  .route('/darq', edge.routes)
