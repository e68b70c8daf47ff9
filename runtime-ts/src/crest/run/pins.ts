/**
 * Live records in order of their LSN, oldest first: what pins the log's head. A record that was replaced is passed over when
 * it is met, so that each costs a constant, however many there are.
 *
 * @module
 */
import type { Lsn } from '../../engine/types.ts'

export class Pins<T> {
  readonly #lsnOf: (item: T) => Lsn | 0
  #items: { readonly item: T; readonly lsn: Lsn }[] = []
  #head = 0

  /** @param lsnOf where the item's record is now */
  constructor(lsnOf: (item: T) => Lsn | 0) {
    this.#lsnOf = lsnOf
  }

  push(item: T, lsn: Lsn): void {
    this.#items.push({ item, lsn })
    // A cell that is replaced over and over leaves nothing but stale pins behind an older live one.
    if (this.#items.length > 64 && this.#items.length >= 2 * this.#swept) this.#sweep()
  }
  #swept = 32

  #sweep(): void {
    this.#items = this.#items.filter(({ item, lsn }, index) => index >= this.#head && this.#lsnOf(item) === lsn)
    this.#head = 0
    this.#swept = Math.max(32, this.#items.length)
  }

  /** @returns the oldest live record's LSN */
  get oldest(): Lsn | undefined {
    for (; this.#head < this.#items.length; this.#head += 1) {
      const pin = this.#items[this.#head]
      if (pin !== undefined && this.#lsnOf(pin.item) === pin.lsn) return pin.lsn
    }
    return undefined
  }

  /** The live ones, oldest first. */
  *live(): Generator<T> {
    for (let index = this.#head; index < this.#items.length; index += 1) {
      const pin = this.#items[index]
      if (pin !== undefined && this.#lsnOf(pin.item) === pin.lsn) yield pin.item
    }
  }

  clear(): void {
    this.#items = []
    this.#head = 0
    this.#swept = 32
  }
}
