/**
 * Where chance comes from, and the names that are made of it.
 *
 * @module
 */

const words = new Uint32Array(2)

/** @returns 53 random bits from the platform's secure source, uniform in [0, 1) */
export function secureRandom(): number {
  crypto.getRandomValues(words)
  return (((words[0] ?? 0) >>> 5) * 2 ** 26 + ((words[1] ?? 0) >>> 6)) / 2 ** 53
}

/** @returns a random UUID (version 4) */
export function uuid(random: () => number): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16))
  digits[12] = 4
  digits[16] = 8 + ((digits[16] ?? 0) & 3)
  const text = digits.map((digit) => digit.toString(16)).join('')
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`
}
