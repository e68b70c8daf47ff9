/**
 * What really came from what: kept apart from the engine, message by message, so that its rollbacks can be judged.
 *
 * @module
 */

/** A message handled by a host, once. It comes from what has sent it, and from all that the host had handled before. */
export interface Happening {
  readonly host: string
  readonly before: Happening | undefined
  /** Where the message was sent; `undefined`: outside. */
  readonly sentBy: Happening | undefined
  isDurable: boolean
}

export class Causes {
  readonly #newest = new Map<string, Happening>()
  /** Causes come before what they bring about. */
  readonly #all: Happening[] = []

  /** @param host that handles a message which `sentBy` has sent */
  handled(host: string, sentBy: Happening | undefined): Happening {
    const happening = { host, before: this.#newest.get(host), sentBy, isDurable: false }
    this.#newest.set(host, happening)
    this.#all.push(happening)
    return happening
  }

  /** What that host would lose if it crashed now. */
  unsafe(host: string): ReadonlySet<Happening> {
    return new Set(this.#all.filter((happening) => happening.host === host && !happening.isDurable))
  }

  /** @returns the hosts whose state came from something in `lost`, those that lost it among them */
  dependents(lost: ReadonlySet<Happening>): ReadonlySet<string> {
    const tainted = new Set(lost)
    for (const happening of this.#all) {
      const { before, sentBy } = happening
      if ((before !== undefined && tainted.has(before)) || (sentBy !== undefined && tainted.has(sentBy)))
        tainted.add(happening)
    }
    return new Set([...tainted].map(({ host }) => host))
  }
}
