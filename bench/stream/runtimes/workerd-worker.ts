/**
 * The worker of the benchmark: a Durable Object for each participant, as an edge has them, and one for what is done by hand.
 * What it is fed with, and whoever waits for the results, is in the worker.
 *
 * @module
 */
import { DurableObject as PlatformObject } from 'cloudflare:workers'
import type { DurableObjectNamespace, DurableObjectState } from '@cloudflare/workers-types'
import { darq, type Edge } from '@darq/edge'
import { httpLink } from '@darq/runtime/transport'
import type { Contender } from '../contenders/contender.ts'
import { overLinks } from '../contenders/over-links.ts'
import { type Ask, answer, kOf, type Stage } from '../stage.ts'
import { latenessOf } from '../workloads/lateness.ts'
import { trendsOf } from '../workloads/trends.ts'
import type { ByHand, Workload } from '../workloads/workload.ts'

interface Env {
  readonly FREE: DurableObjectNamespace
  readonly K0: DurableObjectNamespace
  readonly HAND: DurableObjectNamespace
}

const workloads = { lateness: latenessOf([]), trends: trendsOf(0) }
const participants = Object.values(workloads).flatMap(({ source, sink }) => [source, sink])

function edgeOf(object: (env: Env) => DurableObjectNamespace, k: number): Edge<Env> {
  return darq<Env>({
    object,
    participants: () => participants,
    authorize: async () => ({ names: ['*'], actions: ['send', 'query', 'inspect'], producers: ['*'] }),
    k,
    onError: (error, where, name) => console.warn(name, where, error.message),
  })
}

const edges = {
  FREE: edgeOf((env) => env.FREE, kOf('speculative')),
  K0: edgeOf((env) => env.K0, kOf('k=0')),
}
export class FREE extends edges.FREE.DurableObject {}
export class K0 extends edges.K0.DurableObject {}

/** A loop over a map, and one transaction a batch. */
export class HAND extends PlatformObject {
  readonly #storage: DurableObjectState['storage']
  readonly #hands = new Map<string, ByHand>()

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#storage = state.storage
  }

  async take(life: string, workload: Workload['name'], text: string): Promise<number> {
    let hand = this.#hands.get(life)
    if (hand === undefined) {
      hand = workloads[workload].byHand()
      this.#hands.set(life, hand)
    }
    const changes = [...hand.take(text)]
    const gone = changes.filter(([, value]) => value === undefined).map(([key]) => `${life}/${key}`)
    // Writes of one tick are one transaction.
    for (let at = 0; at < gone.length; at += 128) void this.#storage.delete(gone.slice(at, at + 128))
    const put = changes.flatMap(([key, value]) => (value === undefined ? [] : [[`${life}/${key}`, value] as const]))
    for (let at = 0; at < put.length; at += 128) void this.#storage.put(Object.fromEntries(put.slice(at, at + 128)))
    await this.#storage.sync()
    return hand.results
  }
}

/** The binding's own type knows nothing of the class behind it. */
interface HandNamespace {
  getByName(name: string): Pick<HAND, 'take'>
}

/** A store is named after the round: its objects have seen nothing. */
function openIn(env: Env): Stage['open'] {
  return async (contender, workload): Promise<Contender> => {
    if (contender === 'by-hand') return byHandElsewhere(env.HAND as unknown as HandNamespace, workload)
    const { routes } = edges[contender === 'speculative' ? 'FREE' : 'K0']
    const link = httpLink('http://edge', {
      fetch: async (input, init) => await routes.fetch(new Request(input, init), env),
    })
    return overLinks({ workload, source: link, sink: link, now_ms: () => Date.now(), close: async () => {} })
  }
}

function byHandElsewhere(objects: HandNamespace, { name }: Workload): Contender {
  const life = crypto.randomUUID()
  const hand = objects.getByName('hand')
  return {
    async feed(batches, results) {
      let underWay: Promise<number> = Promise.resolve(0)
      for (const records of batches) {
        const text = JSON.stringify(records)
        await underWay
        underWay = hand.take(life, name, text)
      }
      const found = await underWay
      if (found !== results) throw new Error(`${found} results instead of ${results}`)
    },
    async one(records) {
      const sent_ms = Date.now()
      await hand.take(life, name, JSON.stringify(records))
      return { seen_ms: undefined, committed_ms: Date.now() - sent_ms }
    },
    close: async () => {},
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const ask: Ask = await request.json()
    const stage: Stage = {
      open: openIn(env),
      now_ms: () => Date.now(),
      processor_ms: () => undefined,
      isNewEachTime: false,
    }
    return Response.json(await answer(stage, ask))
  },
}
