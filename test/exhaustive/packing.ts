/**
 * Some numbers of a few bits each, in as few words as hold them.
 *
 * @module
 */
export class Packing {
  readonly words: number
  /** What is written next, and was read last. */
  readonly values: Uint32Array
  readonly #bits: Uint8Array

  /** @param bits of each number: at most 32 */
  constructor(bits: readonly number[]) {
    this.#bits = Uint8Array.from(bits)
    this.values = new Uint32Array(bits.length)
    this.words = Math.ceil(bits.reduce((sum, bits) => sum + bits, 0) / 32)
  }

  /** Writes `values`. */
  write(words: Uint32Array): void {
    const bits = this.#bits
    const { values } = this
    let word = 0
    let filled = 0
    let gathered = 0
    for (let nth = 0; nth < bits.length; nth += 1) {
      const value = values[nth] ?? 0
      const width = bits[nth] ?? 0
      if (width < 32 && value >>> width !== 0) throw new Error(`${value} does not fit in ${width} bits`)
      gathered |= value << filled
      filled += width
      if (filled < 32) continue
      words[word] = gathered
      word += 1
      filled -= 32
      gathered = filled === 0 ? 0 : value >>> (width - filled)
    }
    if (filled > 0) words[word] = gathered
  }

  read(words: Uint32Array): Uint32Array {
    const bits = this.#bits
    const { values } = this
    let word = 0
    let used = 0
    for (let nth = 0; nth < bits.length; nth += 1) {
      const width = bits[nth] ?? 0
      let value = (words[word] ?? 0) >>> used
      if (used + width > 32) value |= (words[word + 1] ?? 0) << (32 - used)
      values[nth] = width === 32 ? value : value & ((1 << width) - 1)
      used += width
      if (used < 32) continue
      used -= 32
      word += 1
    }
    return values
  }
}
