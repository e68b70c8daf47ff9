/**
 * Says when a side has come back as a new life: its epoch is another one.
 *
 * @module
 */
export class RestartWatch {
  readonly #epochs = new Map<string, number>()
  readonly #say: (what: string) => void

  constructor(say: (what: string) => void) {
    this.#say = say
  }

  /** @param epoch of that side now, as far as it is known */
  see(side: string, epoch: number | undefined): void {
    if (epoch === undefined) return
    const before = this.#epochs.get(side)
    this.#epochs.set(side, epoch)
    if (before !== undefined && before !== epoch)
      this.#say(`The ${side} has read its log and is back, in a new epoch (…${String(epoch).slice(-5)}).`)
  }
}
