/**
 * The worker of the benchmark: workflows and the participants they call, behind the routes that clients use.
 *
 * @module
 */
import { DurableObject as PlatformObject } from 'cloudflare:workers'
import type { DurableObjectNamespace, DurableObjectState } from '@cloudflare/workers-types'
import { darq } from '@darq/edge'
import type { Participant } from '@darq/runtime'
import { Hono } from 'hono'
import { participants as longOnes } from '../long/workflows.ts'
import { calls, darqs, echo, steps } from '../steps.ts'
import { bareSteps } from './bare.ts'
import { MarkBook } from './marks.ts'

interface Env {
  readonly OBJECTS: DurableObjectNamespace
  readonly BARE: DurableObjectNamespace
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

/** Without this library. */
export class Bare extends PlatformObject {
  readonly #state: DurableObjectState

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#state = state
  }

  async fetch(request: Request): Promise<Response> {
    return Response.json(await bareSteps(this.#state.storage, new URL(request.url).pathname))
  }
}

/** As many objects as the others have. */
function bareObject({ BARE }: Env, id: string) {
  return BARE.getByName(`${id.charCodeAt(0) % darqs}`)
}

export default new Hono<{ Bindings: Env }>()
  .get('/marks/:id', (c) => c.json(book.of(c.req.param('id'))))
  .get('/birth/:name', (c) => c.json(book.birthOf(c.req.param('name'))))
  .post('/bare/:id', async (c) => {
    const id = c.req.param('id')
    const answer = await bareObject(c.env, id).fetch(`http://object/${id}`, { method: 'POST' })
    return c.json(await answer.json())
  })
  .route('/darq', edge.routes)
