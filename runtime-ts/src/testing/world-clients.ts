/**
 * The clients of a simulated world, outside of all its hosts.
 *
 * @module
 */
import { openClient } from '../crest/client/client.ts'
import type { Client, Receipt } from '../crest/client/client-types.ts'
import type { Link } from '../crest/wire/link.ts'
import { Session } from '../crest/wire/session.ts'
import type { Clock } from '../engine/types.ts'
import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'

export class WorldClients {
  /** How many were opened. */
  opened = 0
  /** What they have sent whose fate they don't know yet. */
  underWay = 0
  readonly #clock: Clock
  readonly #link: Link
  readonly #random: Random

  constructor(timeline: Timeline, link: Link, random: Random) {
    this.#link = link
    this.#random = random
    this.#clock = {
      now_ms: () => timeline.now_ms,
      soon: (run) => void timeline.after(0, run),
      wake: (at_ms, run) => {
        const event = timeline.at(at_ms, run)
        return () => {
          event.run = undefined
        }
      },
    }
  }

  /** A producer of its own. @param session as in `connect` */
  open(producer: string, session?: string): Client {
    this.opened += 1
    const client = openClient({
      link: () => this.#link,
      producer,
      clock: this.#clock,
      random: this.#random.fork().next,
      ...(session !== undefined && { session: new Session(session) }),
    })
    return {
      send: (message, options) => {
        const receipt = client.send(message, options)
        this.#sent(receipt)
        return receipt
      },
      call: (message, options) => {
        const asked = client.call(message, options)
        this.#sent(asked.receipt)
        return asked
      },
      query: (message, options) => client.query(message, options),
      watch: (message, options) => client.watch(message, options),
      inspect: (name) => client.inspect(name),
      get session() {
        return client.session
      },
      close: () => client.close(),
      [Symbol.asyncDispose]: () => client.close(),
    }
  }

  #sent({ committed }: Receipt): void {
    this.underWay += 1
    const over = () => {
      this.underWay -= 1
    }
    committed.then(over, over)
  }
}
