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
import { Answers } from './answers.ts'
import type { ObjectBindings } from './object-app.ts'
import { toWeb, toWorkers } from './platform.ts'
import { answerError } from './problem.ts'
import { Seats } from './seats.ts'

/** Requests with a frame that may wait at once, and for how long: less than a peer waits for its answer. */
const answers_limits = { waiting_max: 10_000, wait_ms_max: 10_000 }
const watchers_max = 1_000
/** While work waits, the object is woken again this much later, and each time twice as late. */
const rewake_ms_min = 5_000
const rewake_ms_max = 10 * 60_000

/** What the object is made of: the definition decides, `DarqObject` keeps it alive. */
export interface ObjectParts<Env extends object> {
  /** Opens the host of the DARQ `name`. Reads and claims its storage, asks no other object. */
  readonly open: (name: string, state: DurableObjectState, env: Env, answers: Answers) => Promise<Hosted>
  readonly respond: (request: Request, bindings: ObjectBindings) => Response | Promise<Response>
}

/** @returns the class to export from the worker */
export function durableObjectClass<Env extends object>(
  parts: ObjectParts<Env>,
): new (
  state: DurableObjectState,
  env: Env,
) => DurableObject {
  return class DarqObject implements DurableObject {
    readonly #state: DurableObjectState
    readonly #env: Env
    readonly #watchers = new Seats(watchers_max)
    #life: Promise<Life> | undefined
    #rewake_ms = rewake_ms_min

    constructor(state: DurableObjectState, env: Env) {
      this.#state = state
      this.#env = env
    }

    async fetch(request: WorkersRequest): Promise<WorkersResponse> {
      try {
        const { name, hosted, answers } = await this.#alive()
        return toWorkers(await parts.respond(toWeb(request), { name, hosted, answers, watchers: this.#watchers }))
      } catch (error) {
        return toWorkers(answerError(error))
      }
    }

    /**
     * The platform wakes the object because work waits: an open host retries by itself, so there is no more to do than to have
     * one. It never throws: the platform would try six times and then forget.
     */
    async alarm(): Promise<void> {
      const working = await this.#alive().then(
        ({ hosted }) => {
          hosted.engine.retry()
          return hosted.engine.names.some((name) => isWaiting(hosted, name))
        },
        (error: unknown) => {
          console.error(error)
          return true
        },
      )
      await this.#rewake(working).catch((error: unknown) => console.error(error))
    }

    /** An alarm that has rung is gone, and without a commit the storage sets no other. */
    async #rewake(working: boolean): Promise<void> {
      if (!working) {
        this.#rewake_ms = rewake_ms_min
        return
      }
      if ((await this.#state.storage.getAlarm()) !== null) return
      await this.#state.storage.setAlarm(Date.now() + this.#rewake_ms)
      this.#rewake_ms = Math.min(this.#rewake_ms * 2, rewake_ms_max)
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
        const hosted = await parts.open(name, this.#state, this.#env, answers)
        void hosted.stopped.then((cause) =>
          answers.fail(new DarqError('unavailable', { cause, message: 'the host stopped before it had committed' })),
        )
        return { name, hosted, answers }
      } catch (error) {
        throw opening(error)
      }
    }
  }
}

interface Life {
  readonly name: string
  readonly hosted: Hosted
  readonly answers: Answers
}

function isWaiting({ engine }: Hosted, name: string): boolean {
  const darq = engine.darq(name)
  return darq.unconsumed > 0 || darq.unacknowledged > 0
}

/** Why the host can't be opened is the server's trouble, not the request's: only an unknown name is. */
function opening(error: unknown): unknown {
  if (!(error instanceof DarqError) || error.code === 'unknown_address' || error.code === 'quota') return error
  return new DarqError('unavailable', {
    cause: error,
    facts: { reason: error.code, ...(error.facts === undefined ? {} : { opening: error.facts }) },
  })
}
