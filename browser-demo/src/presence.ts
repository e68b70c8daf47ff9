/**
 * Whether a host answers, and which of its lives that is.
 *
 * @module
 */
const poll_ms = 400
/** A host that has not answered for so long counts as away. */
const silence_ms = 1_000

export class Presence {
  reachable = false
  epoch: number | undefined

  /** Asks for as long as the page lives. */
  async follow(ask: () => Promise<{ readonly epoch: number }>, changed: () => void): Promise<never> {
    for (;;) {
      // Who waits for a host that is away does not say so: silence is all that tells.
      const silent = setTimeout(() => this.#is(false, this.epoch, changed), silence_ms)
      try {
        const { epoch } = await ask()
        this.#is(true, epoch, changed)
      } catch {
        this.#is(false, this.epoch, changed)
      }
      clearTimeout(silent)
      await new Promise((resolve) => setTimeout(resolve, poll_ms))
    }
  }

  #is(reachable: boolean, epoch: number | undefined, changed: () => void): void {
    if (this.reachable === reachable && this.epoch === epoch) return
    this.reachable = reachable
    this.epoch = epoch
    changed()
  }
}
