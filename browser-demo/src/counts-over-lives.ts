/**
 * Adds up what a host has counted over its lives: each epoch counts from 0. What a life counted between the last look and
 * its crash is not seen, so the sums are lower bounds.
 *
 * @module
 */
export interface LifeCounts {
  readonly epoch: number
  readonly steps: number
  readonly duplicates_refused: number
}

export class CountsOverLives {
  readonly #lives = new Map<number, LifeCounts>()

  see(counts: LifeCounts): void {
    const before = this.#lives.get(counts.epoch)
    // Answers may come out of order.
    const newer =
      before === undefined || counts.steps + counts.duplicates_refused >= before.steps + before.duplicates_refused
    if (newer) this.#lives.set(counts.epoch, counts)
  }

  get lives(): number {
    return this.#lives.size
  }

  get steps(): number {
    return this.#sum(({ steps }) => steps)
  }

  get duplicates_refused(): number {
    return this.#sum(({ duplicates_refused }) => duplicates_refused)
  }

  #sum(of: (life: LifeCounts) => number): number {
    return [...this.#lives.values()].reduce((sum, life) => sum + of(life), 0)
  }
}
