/**
 * The chain without this library, in one process: each object puts, waits for its flush, and only then calls the next, as
 * the output gate of a Durable Object makes it.
 *
 * @module
 */
import { linkName, nextOf, type Request, some_text } from '../link.ts'
import type { Chain } from './chain.ts'

const chain = 'a'

/** Flushes of one object overlap: nothing says that a far disk takes one at a time. */
class GatedObject {
  readonly #stored = new Map<string, Request>()
  readonly #flush_ms: number
  readonly #key: string
  readonly #call: (key: string, request: Request) => Promise<void>

  constructor(key: string, flush_ms: number, call: (key: string, request: Request) => Promise<void>) {
    this.#key = key
    this.#flush_ms = flush_ms
    this.#call = call
  }

  async pass(request: Request): Promise<void> {
    this.#stored.set(request.loop, structuredClone(request))
    if (this.#flush_ms > 0) await new Promise<void>((resolve) => setTimeout(resolve, this.#flush_ms))
    const next = nextOf(this.#key)
    if (next !== undefined) await this.#call(next, request)
  }
}

export function openGatedInProcess(length: number, flush_ms: number): Chain {
  const objects = new Map<string, GatedObject>()
  /** A call is a macrotask, and what is called gets a copy. */
  const call = (key: string, request: Request) =>
    new Promise<void>((resolve, reject) => {
      setImmediate(() => {
        const object = objects.get(key)
        if (object === undefined) reject(new RangeError(`no object ${key}`))
        else object.pass(structuredClone(request)).then(resolve, reject)
      })
    })
  for (let place = 1; place <= length; place += 1) {
    const key = linkName(chain, length, place)
    objects.set(key, new GatedObject(key, flush_ms, call))
  }
  let nth = 0
  return {
    request(loop) {
      nth += 1
      const committed = call(linkName(chain, length, 1), { loop: `${loop}`, nth, text: some_text })
      return { accepted: undefined, committed }
    },
    counts: async () => undefined,
    close: async () => {},
  }
}
