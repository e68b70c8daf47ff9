/**
 * Plain JSON for those who speak HTTP without this package: messages and bodies in, values out.
 *
 * @module
 */

import { answer_query } from '../crest/wire/builtin-queries.ts'
import { encodeEnvelope } from '../crest/wire/envelope.ts'
import type { QueryRequest } from '../crest/wire/link.ts'
import { decodePlain, encodePlainBytes } from '../crest/wire/plain.ts'
import { encodeMessages } from '../engine/messages.ts'
import { DarqError, type Plain } from '../error.ts'
import { toBase64 } from './wire.ts'

export interface JsonOptions {
  /** For a call: where its answer is kept, to be asked for with {@link answerQuery}. */
  readonly caller?: Caller
  /** Which of those that share a DARQ it is for. */
  readonly key?: string | undefined
  /** The text is a body on each line: they travel as one message. */
  readonly lines?: boolean
}

/**
 * @param json the message's body
 * @returns a batch of one message, as `Link.enqueue` takes it
 * @throws {DarqError} `bad_frame` if it is not JSON; of lines, `invalid_argument` if there are none, `too_large` if there are too many
 */
export function messageFromJson(
  name: string,
  json: Uint8Array,
  { caller, key, lines = false }: JsonOptions = {},
): Uint8Array {
  const asker = caller === undefined ? {} : { asker: { ...caller, has: [] } }
  const given = lines ? { body: parseLines(json), many: true as const } : { body: parse(json) }
  return encodeMessages([encodeEnvelope({ name, version: 0, ...given, ...asker, ...keyed(key) })])
}

/** Whose call, and which of its calls. */
export interface Caller {
  readonly client: string
  readonly id: string
}

/** @returns the query whose value is the outcome of a call: `{ value }`, `{ error }`, or `undefined` while there is none */
export function answerQuery(to: string, { client, id }: Caller): QueryRequest {
  return { to, name: answer_query, body: encodePlainBytes({ client, id }) }
}

/**
 * @returns the encoded body of a query; empty for an empty `json`: the query has none
 * @throws {DarqError} `bad_frame` if it is not JSON
 */
export function bodyFromJson(json: Uint8Array, key?: string): Uint8Array {
  if (key !== undefined) return encodePlainBytes(json.length === 0 ? [key] : [key, parse(json)])
  return json.length === 0 ? json : encodePlainBytes(parse(json))
}

function keyed(key: string | undefined): { readonly key?: string } {
  return key === undefined ? {} : { key }
}

/**
 * @param value as a link carries it
 * @returns JSON text. What JSON lacks is written as its nearest: bytes as base64 text, `undefined` and NaN as null.
 */
export function valueToJson(value: Uint8Array): string {
  return JSON.stringify(readable(decodePlain(value)))
}

function readable(value: Plain): unknown {
  if (value === undefined) return null
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return toBase64(value)
  if (isList(value)) return value.map(readable)
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, readable(field)]))
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value)
}

function parse(json: Uint8Array): unknown {
  return parsed(json, (text) => JSON.parse(text))
}

/** Newline-delimited JSON; an empty line is ignored. */
function parseLines(json: Uint8Array): unknown {
  return parsed(json, (text) =>
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line): unknown => JSON.parse(line)),
  )
}

function parsed(json: Uint8Array, read: (text: string) => unknown): unknown {
  try {
    return read(new TextDecoder('utf-8', { fatal: true }).decode(json))
  } catch (error) {
    throw new DarqError('bad_frame', {
      cause: error,
      facts: { expected: 'JSON in UTF-8', got: `${json.length} bytes` },
    })
  }
}
