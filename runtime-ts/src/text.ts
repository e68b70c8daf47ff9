/**
 * Text that is an identity: names and keys. UTF-8 has no lone surrogates; an encoder writes U+FFFD for each, so two ids that
 * differ in memory would be one in the log. Such text is refused where it enters.
 *
 * @module
 */
import { DarqError } from './error.ts'
import { invalid } from './options.ts'

const encoder = new TextEncoder()
const shown_max = 100

/** @returns text that may be shown and stored, whatever `value` is */
function shownText(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, shown_max).toWellFormed() : typeof value
}

/** Whether `value` is a string without lone surrogates. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed()
}

/**
 * @param what it is
 * @returns the text
 * @throws {DarqError} `invalid_argument` when it is no string, or has a lone surrogate
 */
export function textOf(what: string, value: string): string {
  if (isText(value)) return value
  throw invalid(`${what}: a string of whole characters, without a lone surrogate`, shownText(value))
}

/** @throws {DarqError} `unknown_address` for a name that can't name anything */
export function nameOf(expected: string, name: string, isName: (name: string) => boolean): string {
  if (isText(name) && isName(name)) return name
  throw new DarqError('unknown_address', {
    facts: { expected: `${expected}, of whole characters`, got: shownText(name) },
  })
}

/** @throws {DarqError} as {@link textOf} */
export function utf8(what: string, text: string): Uint8Array {
  return encoder.encode(textOf(what, text))
}

/** How many bytes it has as UTF-8. */
export function utf8Bytes(text: string): number {
  return encoder.encode(text).length
}
