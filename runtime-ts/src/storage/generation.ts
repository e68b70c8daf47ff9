/**
 * A generation: the name of one life of a store, from its creation until it is wiped.
 *
 * @module
 */

const BIRTH_CHARACTERS = 9

/**
 * Birth time in base 36, fixed width, then 80 random bits: of two generations the larger string is the younger store.
 *
 * @param random 10 random bytes
 */
export function mintGeneration(birth_ms: number, random: Uint8Array): string {
  const birth = Math.floor(birth_ms).toString(36).padStart(BIRTH_CHARACTERS, '0')
  return `${birth}-${Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

let newest_ms = 0

/** A generation from this platform's clock and random numbers: younger than every other that this code has minted. */
export function newGeneration(): string {
  newest_ms = Math.max(newest_ms + 1, Date.now())
  return mintGeneration(newest_ms, crypto.getRandomValues(new Uint8Array(10)))
}

/** @returns whether `text` can be a generation: 1 to 40 printable ASCII characters */
export function isGeneration(text: string): boolean {
  return /^[\x21-\x7e]{1,40}$/.test(text)
}
