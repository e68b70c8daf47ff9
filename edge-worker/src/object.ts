/**
 * The Durable Object: one host with one DARQ, opened when it is first needed and again when it has stopped.
 *
 * @module
 */
import type {
  DurableObject,
  DurableObjectState,
  Request as WorkersRequest,
  Response as WorkersResponse,
} from '@cloudflare/workers-types'
import { DarqError, type Hosted } from '@darq/runtime'
import { type DurableObjectOptions, type DurableObjectStore, durableObject } from '@darq/runtime/durable-object'
import type { Engine } from '@darq/runtime/engine'
import type { Storage } from '@darq/runtime/storage'
import { type ErrorFacts, toFacts } from '@darq/runtime/transport'
import { ObjectBase } from '#object-base'
import { Answers } from './answers.ts'
import type { ObjectBindings } from './bindings.ts'
import { toWeb, toWorkers } from './platform.ts'
import { answerError } from './problem.ts'
import { type FrameTaker, takeSiblingFrame } from './siblings.ts'
import { WatchSlots } from './watch-slots.ts'

/** Requests with a frame that may wait at once, and for how long: less than a peer waits for its answer. */
const answers_limits = { waiting_max: 10_000, wait_ms_max: 10_000 }
const watchers_max = 1_000
/** The same failure to open is reported again after this time. */
const report_again_ms = 60_000

/** What the object is made of: the definition decides, the class keeps it alive. */
export interface ObjectParts<Env extends object> {
  /** Opens the host of the DARQ `name` over `storage`. Asks no other object. */
  readonly open: (
    name: string,
    env: Env,
    storage: Storage,
    answers: Answers,
  ) => Promise<Pick<Life, 'hosted' | 'participant' | 'siblings'>>
  readonly storage: (name: string, env: Env) => DurableObjectOptions
  /** A failure of the object of the DARQ `name` that nobody but its operator can mend. */
  readonly onError: (error: DarqError, where: string, name: string, env: Env) => void
  readonly respond: (request: Request, bindings: ObjectBindings) => Response | Promise<Response>
}

/** Reached by requests from outside, and by calls from the other objects of its deployment. */
export type DarqObject = DurableObject & FrameTaker

/** @returns the class to export from the worker */
export function durableObjectClass<Env extends object>(
  parts: ObjectParts<Env>,
): new (
  state: DurableObjectState,
  env: Env,
) => DarqObject {
  return class LiveObject extends ObjectBase implements DarqObject {
    readonly #state: DurableObjectState
    readonly #env: Env
    readonly #storage: DurableObjectStore
    readonly #watchers = new WatchSlots(watchers_max)
    #life: Promise<Life> | undefined
    /** The failure to open that the operator was told of, and when. */
    #reported: { readonly code: string; readonly at_ms: number } | undefined

    constructor(state: DurableObjectState, env: Env) {
      super(state, env)
      this.#state = state
      this.#env = env
      this.#storage = durableObject(state.storage, parts.storage(state.id.name ?? '', env))
    }

    async fetch(request: WorkersRequest): Promise<WorkersResponse> {
      try {
        const life = await this.#alive()
        return toWorkers(await parts.respond(toWeb(request), { ...life, watchers: this.#watchers }))
      } catch (error) {
        return toWorkers(answerError(error))
      }
    }

    async takeFrame(from: string, frame: Uint8Array): Promise<ErrorFacts | undefined> {
      try {
        const { hosted } = await this.#alive()
        await handToLife(hosted, (engine) => takeSiblingFrame(engine, from, frame))
        return undefined
      } catch (error) {
        if (!(error instanceof DarqError)) console.error(error)
        return toFacts(error)
      }
    }

    /**
     * The platform wakes the object because work waits: an open host goes on with it by itself. An alarm that has rung is gone,
     * so it is set again while there is need. Never throws: the platform would try six times, and then forget.
     */
    async alarm(): Promise<void> {
      try {
        const { hosted } = await this.#alive()
        const engine = await hosted.alive()
        engine.retry()
      } catch (error) {
        console.error(error)
      }
      await this.#storage.rearm().catch((error: unknown) => console.error(error))
    }

    /** One opening at a time; after a failure or a stop, the next call opens anew. */
    #alive(): Promise<Life> {
      if (this.#life !== undefined) return this.#life
      const life = this.#open()
      this.#life = life
      const over = (): void => {
        if (this.#life === life) this.#life = undefined
      }
      life.then(({ hosted }) => hosted.stopped.then(over), over)
      return life
    }

    async #open(): Promise<Life> {
      try {
        const { name } = this.#state.id
        if (name === undefined)
          throw new DarqError('unknown_address', { message: 'an object is named after its DARQ: getByName' })
        const answers = new Answers(answers_limits)
        const opened = await parts.open(name, this.#env, this.#storage, answers)
        return { name, answers, ...opened }
      } catch (error) {
        this.#reportOpening(error)
        throw opening(error)
      }
    }

    /** Each request tries to open: its operator need not hear of all of them. */
    #reportOpening(error: unknown): void {
      const { code } = error instanceof DarqError ? error : { code: 'internal' }
      // A name that nobody takes is the request's trouble.
      if (code === 'unknown_address') return
      const now_ms = Date.now()
      if (this.#reported?.code === code && now_ms - this.#reported.at_ms < report_again_ms) return
      this.#reported = { code, at_ms: now_ms }
      const reported = error instanceof DarqError ? error : new DarqError('storage', { cause: error })
      parts.onError(reported, 'opening', this.#state.id.name ?? '', this.#env)
    }
  }
}

/** One life of the host, and what came with it. */
type Life = Omit<ObjectBindings, 'watchers'>

/** What a host that goes back has not taken, its next life takes: nobody has to send it again. */
async function handToLife(hosted: Hosted, hand: (engine: Engine) => void): Promise<void> {
  const engine = await hosted.alive()
  try {
    hand(engine)
  } catch (error) {
    if (!(error instanceof DarqError) || error.code !== 'withdrawn') throw error
    await engine.stopped
    hand(await hosted.alive())
  }
}

/**
 * What a request is told when the host can't be opened. `corrupt` and `quota` keep their code: waiting does not help there.
 * What the storage looks like inside is for the operator alone.
 */
function opening(error: unknown): unknown {
  if (!(error instanceof DarqError) || error.code === 'unknown_address') return error
  if (error.code === 'corrupt' || error.code === 'quota')
    return new DarqError(error.code, { retryable: error.retryable, cause: error })
  return new DarqError('unavailable', { cause: error, facts: { reason: error.code } })
}
