/**
 * What streams send to themselves and keep: values of the application, which were checked when they came.
 *
 * @module
 */

import type { Schema } from '../crest/define/schema.ts'
import { encodePlain, payloadBytes } from '../crest/wire/plain.ts'
import type { Plain } from '../error.ts'

export const plainSchema: Schema<Plain> = {
  '~standard': { version: 1, vendor: 'darq', validate: (value) => ({ value: plain(value) }) },
}

/** The codec looks at what travels and what is kept, and refuses what is not plain: here it need only be called so. */
export function plain(value: unknown): Plain {
  return value as Plain
}

/** @returns about how many bytes a value takes in a message @throws {DarqError} `schema` when it can't travel */
export function plainBytes(value: unknown): number {
  return payloadBytes(encodePlain(value))
}
