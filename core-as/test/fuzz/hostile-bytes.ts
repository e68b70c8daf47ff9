/**
 * Random and mutated bytes, the same in every run with the same seed.
 *
 * @module
 */

/** A whole number below `below`. */
export type Next = (below: number) => number

/** xorshift32 (Marsaglia 2003). */
export function numbers(seed: number): Next {
  let state = seed | 0 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

/** Bytes that mean something somewhere in the format. */
const telling = [0, 1, 2, 3, 7, 8, 9, 15, 16, 31, 32, 40, 64, 127, 128, 254, 255]

function tellingByte(next: Next): number {
  return telling[next(telling.length)] ?? 0
}

/** A copy with a few bytes changed, and sometimes cut, lengthened, or with words that point far. */
export function mutate(bytes: Uint8Array, next: Next): Uint8Array {
  let copy = bytes.slice()
  for (let times = next(4); times >= 0; times--) {
    const at = next(copy.length)
    const word = at & ~7
    const how = next(16)
    if (how < 3) copy[at] = (copy[at] ?? 0) ^ (1 << next(8))
    else if (how < 8) copy[at] = tellingByte(next)
    else if (how < 11) copy.fill(255, at & ~3, (at & ~3) + 4)
    else if (how < 14) copy.copyWithin(word, next(copy.length) & ~7, (next(copy.length) & ~7) + 8)
    else if (how === 14) copy = copy.slice(0, Math.max(8, word))
    else copy = lengthened(copy, 8 * (1 + next(4)))
  }
  return copy
}

export function randomBytes(next: Next): Uint8Array {
  return Uint8Array.from({ length: 8 * (1 + next(20)) }, () => (next(3) === 0 ? tellingByte(next) : next(256)))
}

function lengthened(bytes: Uint8Array, by: number): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(bytes.length + by)
  longer.set(bytes)
  return longer
}

/** @throws {Error} it is not so */
export function must(so: boolean, what: string): void {
  if (!so) throw new Error(what)
}
