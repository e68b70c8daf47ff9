/**
 * A chain of hosts of participants, by the links to its first and its last: what clients of theirs would see.
 *
 * @module
 */
import { type Client, openClient } from '@darq/runtime'
import type { Link as Way } from '@darq/runtime/transport'
import { Link, linkName, some_text } from '../link.ts'
import type { Chain, ChainCounts, Passage } from './chain.ts'

export interface Ends {
  readonly chain: string
  readonly length: number
  /** The ways to the first and to the last. */
  readonly first: Way
  readonly last: Way
  readonly counts: () => Promise<ChainCounts | undefined>
  readonly close: () => Promise<void>
}

/** What one loop waits for. */
interface Awaited {
  readonly nth: number
  readonly accepted: PromiseWithResolvers<void>
  readonly committed: PromiseWithResolvers<void>
}

/**
 * Each loop is a client of its own: it sends to the first, and watches at the last how far its own requests have come, as
 * that is accepted and committed.
 */
export function overLinks({ chain, length, first, last, counts, close }: Ends): Chain {
  const life = crypto.randomUUID()
  const loops: Loop[] = []
  return {
    request(loop) {
      let known = loops[loop]
      if (known === undefined) {
        known = new Loop(`${life}/${loop}`, linkName(chain, length, 1), first)
        known.watch(linkName(chain, length, length), last)
        loops[loop] = known
      }
      return known.request()
    },
    counts,
    async close() {
      for (const loop of loops) await loop.close()
      await close()
    },
  }
}

class Loop {
  readonly #name: string
  readonly #to: string
  readonly #client: Client
  #watcher: Client | undefined
  #nth = 0
  #awaited: Awaited | undefined

  constructor(name: string, to: string, way: Way) {
    this.#name = name
    this.#to = to
    this.#client = openClient({ link: way, producer: name, fresh: true })
  }

  watch(at: string, way: Way): void {
    this.#watcher = openClient({ link: way, producer: '' })
    void this.#follow(this.#watcher, at)
  }

  async #follow(watcher: Client, at: string): Promise<void> {
    try {
      for await (const view of watcher.watch(Link.seen(at, this.#name))) {
        if (view.grade === 'withdrawn' || this.#awaited === undefined || view.value < this.#awaited.nth) continue
        this.#awaited.accepted.resolve()
        if (view.grade === 'committed') this.#awaited.committed.resolve()
      }
    } catch (error) {
      this.#awaited?.committed.reject(error)
    }
  }

  request(): Passage {
    this.#nth += 1
    const awaited = {
      nth: this.#nth,
      accepted: Promise.withResolvers<void>(),
      committed: Promise.withResolvers<void>(),
    }
    this.#awaited = awaited
    this.#client.send(Link.pass(this.#to, { loop: this.#name, nth: this.#nth, text: some_text }))
    return { accepted: awaited.accepted.promise, committed: awaited.committed.promise }
  }

  async close(): Promise<void> {
    await this.#watcher?.close()
    await this.#client.close()
  }
}
