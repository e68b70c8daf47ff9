/**
 * Reads from typed arrays at an index that the caller knows to be inside. The one cast of the twin, in one place.
 *
 * @module
 */

/** @returns the 32-bit word at `index`, unsigned */
export function word(words: Uint32Array, index: number): number {
  return words[index] as number
}

/** @returns the number at `index` */
export function double(numbers: Float64Array, index: number): number {
  return numbers[index] as number
}

/** @returns the number at `index` */
export function int(numbers: Int32Array, index: number): number {
  return numbers[index] as number
}

/** @returns `bytes` rounded up to a multiple of 8 */
export function padded(bytes: number): number {
  return (bytes + 7) & ~7
}

const TWO_TO_32 = 0x1_0000_0000
/** The high word of every u64 in the format is below this: all of them are below 2^53. */
export const HIGH_WORD_MAX = 0x1f_ffff

/** @returns the u64 whose low word is at `index`; exact below 2^53 */
export function long(words: Uint32Array, index: number): number {
  return word(words, index + 1) * TWO_TO_32 + word(words, index)
}

/** Writes `value`, a whole number below 2^53, as a u64. */
export function putLong(words: Uint32Array, index: number, value: number): void {
  words[index] = value
  words[index + 1] = value / TWO_TO_32
}
