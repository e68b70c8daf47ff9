/**
 * The worker of the benchmark: a class of Durable Objects for each contender, and the clients that load their chains.
 *
 * @module
 */
import { DurableObject as PlatformObject } from 'cloudflare:workers'
import type { DurableObjectNamespace, DurableObjectState } from '@cloudflare/workers-types'
import { darq, type Edge } from '@darq/edge'
import { httpLink } from '@darq/runtime/transport'
import { type ContenderName, kOf } from '../contenders.ts'
import { type Request as ChainRequest, link, linkName, some_text } from '../link.ts'
import { loaded } from '../load/loaded.ts'
import type { Chain, ChainCounts } from '../stations/chain.ts'
import { overLinks } from '../stations/over-links.ts'
import type { RoundAnswer, RoundAsk } from './asks.ts'
import { bindingOf, type Environment } from './contenders.ts'
import { FrameCounts, type FramesSeen } from './frame-counts.ts'
import { type GatedNamespace, passOn } from './gated.ts'

type Env = Environment<DurableObjectNamespace>

const chain = 'a'
const countsPath = '/frames-seen'

function edgeOf(contender: ContenderName): Edge<Env> {
  return darq<Env>({
    object: (env) => env[bindingOf[contender]],
    participants: () => [link],
    authorize: async () => ({ names: ['*'], actions: ['send', 'query', 'inspect'], producers: ['*'] }),
    k: kOf(contender) ?? 0,
    storage: (_name, env) => ({ flushLatency_ms: env.FLUSH_MS }),
    onError: (error, where, name) => console.warn(name, where, error.message),
  })
}

const edges = {
  K0: edgeOf('k=0'),
  K1: edgeOf('k=1'),
  K4: edgeOf('k=4'),
  FREE: edgeOf('k=∞'),
}

/** @returns a class whose objects count the frames that they take */
function counting({ DurableObject }: Edge<Env>) {
  return class CountingObject extends DurableObject {
    readonly #seen = new FrameCounts()

    override takeFrame(from: string, frame: Uint8Array) {
      this.#seen.see(frame)
      return super.takeFrame(from, frame)
    }

    override fetch(request: Parameters<InstanceType<typeof DurableObject>['fetch']>[0]) {
      if (new URL(request.url).pathname !== countsPath) return super.fetch(request)
      return toWorkers(Response.json(this.#seen.seen))
    }
  }
}

type WorkersResponse = Awaited<ReturnType<InstanceType<Edge<Env>['DurableObject']>['fetch']>>

/** The web's and the platform's types of one class: see `platform.ts` of @darq/edge. */
function toWorkers(response: Response): WorkersResponse {
  return response as unknown as WorkersResponse
}

export class K0 extends counting(edges.K0) {}
export class K1 extends counting(edges.K1) {}
export class K4 extends counting(edges.K4) {}
export class FREE extends counting(edges.FREE) {}

export class GATED extends PlatformObject {
  readonly #state: DurableObjectState
  readonly #env: Env

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#state = state
    this.#env = env
  }

  pass(request: ChainRequest): Promise<number> {
    return passOn(this.#state, gatedObjects(this.#env), this.#env.FLUSH_MS, request)
  }
}

/** The binding's own type knows nothing of the class behind it. */
function gatedObjects({ GATED: objects }: Env): GatedNamespace {
  return objects as unknown as GatedNamespace
}

/** For each request of the benchmark anew: streams belong to the request that has opened them. */
function openChain({ contender, length }: RoundAsk, env: Env): Chain {
  const binding = bindingOf[contender]
  if (binding === 'GATED') return openGated(length, env)
  const { routes } = edges[binding]
  const way = httpLink('http://edge', {
    fetch: async (input, init) => await routes.fetch(new Request(input, init), env),
  })
  const names = Array.from({ length }, (_, index) => `link/${linkName(chain, length, index + 1)}`)
  return overLinks({
    chain,
    length,
    first: way,
    last: way,
    async counts() {
      const total = { commits: 0, frames: 0, questions: 0, dependencies: undefined }
      for (const name of names) {
        total.commits += (await way.counts(name)).commits
        const asked = await env[binding].getByName(name).fetch(`http://object${countsPath}`)
        const { frames, questions }: FramesSeen = await asked.json()
        total.frames += frames
        total.questions += questions
      }
      return total satisfies ChainCounts
    },
    close: async () => {},
  })
}

function openGated(length: number, env: Env): Chain {
  const first = gatedObjects(env).getByName(linkName(chain, length, 1))
  let nth = 0
  return {
    request(loop) {
      nth += 1
      return { accepted: undefined, committed: first.pass({ loop: `${loop}`, nth, text: some_text }) }
    },
    counts: async () => undefined,
    close: async () => {},
  }
}

async function round(ask: RoundAsk, env: Env): Promise<RoundAnswer> {
  const opened = openChain(ask, env)
  try {
    const under = loaded(opened, () => Date.now())
    if (ask.opens) await under.round({ loops: ask.loops, budget_ms: 0, requests_min: 1 })
    return { round: await under.round(ask) }
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  } finally {
    await opened.close()
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (request.method === 'GET') return new Response('up')
    const ask: RoundAsk = await request.json()
    return Response.json(await round(ask, env))
  },
}
