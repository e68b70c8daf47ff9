/**
 * One contender in a Durable Object of its own: a question a request.
 *
 * @module
 */
import type { DurableObjectState } from '@cloudflare/workers-types'
import { durableObject } from '@darq/runtime/durable-object'
import { openOverObject } from '../contenders/durable-object.ts'
import { type Ask, answer } from '../remote-stage.ts'
import { type Stage, stageIn } from '../stage.ts'

/** The clock goes in steps of a millisecond here, and a commit takes less. */
const messages_per_sample = 16

interface Environment {
  readonly STAGE: { getByName(name: string): { fetch(request: Request): Promise<Response> } }
}

export class BenchObject {
  readonly #stage: Stage
  readonly #storage: DurableObjectState['storage']

  constructor({ storage }: DurableObjectState) {
    this.#storage = storage
    const meter = { bytes: 0 }
    this.#stage = stageIn({
      contender: (name) => openOverObject(name, storage, meter),
      now_ms: () => performance.now(),
      meter,
      messages_per_sample,
    })
  }

  async fetch(request: Request): Promise<Response> {
    const ask: Ask = await request.json()
    return Response.json(await answer(this.#stage, ask))
  }

  /** A host that has messages waiting keeps an alarm, which rings should a round last that long: as every object does. */
  async alarm(): Promise<void> {
    await durableObject(this.#storage).rearm()
  }
}

export default {
  /** The path names the object. */
  fetch(request: Request, { STAGE }: Environment): Promise<Response> {
    return STAGE.getByName(new URL(request.url).pathname).fetch(request)
  },
}
