/**
 * Which promises of the flow have lost a race. Whoever combines promises hands the same functions to each of them:
 * `Promise.race` both, `Promise.any` the one for success, `Promise.all` the one for failure. Once one of them has called such a
 * function, nothing comes of the others, and a `receive` among them takes no message.
 *
 * @module
 */

interface Asked {
  readonly onFulfilled: object | undefined
  readonly onRejected: object | undefined
}

/** One promise of the flow. */
export class Entrant {
  readonly #decided: WeakSet<object>
  readonly #asked: Asked[] = []
  #came: keyof Asked | undefined

  constructor(decided: WeakSet<object>) {
    this.#decided = decided
  }

  /** Whoever has asked for it has been answered by another. One that is simply awaited, or waited for by nobody, has not. */
  get hasLost(): boolean {
    return this.#asked.length > 0 && this.#asked.every((asked) => this.#isDecided(asked))
  }

  #isDecided({ onFulfilled, onRejected }: Asked): boolean {
    return [onFulfilled, onRejected].some((one) => one !== undefined && this.#decided.has(one))
  }

  ask(asked: Asked): void {
    this.#asked.push(asked)
    if (this.#came !== undefined) this.settle(this.#came)
  }

  settle(came: keyof Asked): void {
    this.#came = came
    for (const { [came]: called } of this.#asked) if (called !== undefined) this.#decided.add(called)
  }
}

export class Races {
  readonly #decided = new WeakSet<object>()

  /**
   * Watches who asks for a promise by `then`, as all that combine promises do. What is awaited is not asked so.
   *
   * @param again runs each time
   */
  enter(promise: Promise<unknown>, again: () => void): Entrant {
    const entrant = new Entrant(this.#decided)
    const then = (...asked: Parameters<Promise<unknown>['then']>): Promise<unknown> => {
      const [onFulfilled, onRejected] = asked
      entrant.ask({ onFulfilled: onFulfilled ?? undefined, onRejected: onRejected ?? undefined })
      again()
      return Promise.prototype.then.apply(promise, asked)
    }
    Object.defineProperty(promise, 'then', { value: then, configurable: true })
    return entrant
  }
}
