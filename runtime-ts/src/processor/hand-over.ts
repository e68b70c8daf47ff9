/**
 * Hands a processor what it gets, one thing after the other, each when it is done with the one before.
 *
 * @module
 */

export interface Handing {
  run(): void | Promise<void>
  /** It is done with it. */
  done(): void
}

export class HandOver {
  readonly #failed: (error: unknown) => void
  #waiting: Handing[] = []
  #isBusy = false
  #isOver = false

  /** @param failed what the processor has thrown; it gets nothing more */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed
  }

  get isIdle(): boolean {
    return !this.#isBusy && this.#waiting.length === 0
  }

  push(handing: Handing): void {
    if (this.#isOver) return
    this.#waiting.push(handing)
    this.#next()
  }

  stop(): void {
    this.#isOver = true
    this.#waiting = []
  }

  #next(): void {
    while (!this.#isBusy && !this.#isOver) {
      const handing = this.#waiting.shift()
      if (handing === undefined) return
      this.#isBusy = true
      try {
        const under = handing.run()
        if (under) {
          under.then(
            () => this.#done(handing),
            (error: unknown) => this.#fail(error),
          )
          return
        }
      } catch (error) {
        this.#fail(error)
        return
      }
      this.#isBusy = false
      handing.done()
    }
  }

  #done(handing: Handing): void {
    this.#isBusy = false
    if (this.#isOver) return
    handing.done()
    this.#next()
  }

  #fail(error: unknown): void {
    if (this.#isOver) return
    this.stop()
    this.#failed(error)
  }
}
