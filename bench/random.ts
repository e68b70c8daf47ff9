/**
 * Random numbers that a seed repeats.
 *
 * @module
 */

export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** @returns 32 random bits (mulberry32) */
  bits(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }

  /** @returns a whole number from 0 to `end - 1` */
  below(end: number): number {
    return Math.floor((this.bits() / 2 ** 32) * end)
  }

  bytes(count: number): Uint8Array<ArrayBuffer> {
    const filled = new Uint8Array(count)
    for (let at = 0; at < count; at++) filled[at] = this.bits()
    return filled
  }

  /** @returns the same things in another order */
  shuffled<T>(things: readonly T[]): T[] {
    const left = [...things]
    const order: T[] = []
    while (left.length > 0) order.push(...left.splice(this.below(left.length), 1))
    return order
  }
}
