/**
 * The envelope of a message: its name and body, and what a call, an answer or a timer adds. A message's payload in the log
 * is `encodePlain([name, body, version, extra, many])`, the last three only where they say something.
 *
 * @module
 */
import type { Payload } from '../../engine/types.ts'
import { DarqError, type ErrorFacts, type Plain } from '../../error.ts'
import { invalid } from '../../options.ts'
import { decodePlain, encodePlain, encodeWrapped, isCount } from './plain.ts'

/** Bodies that one message may carry. Its bytes are limited as those of any message. */
export const bodies_max = 4_096
/** Where it stands, an older reader refuses the list as too long. */
const many_mark = 'many'

/** Where a call's answer goes when a participant asked. */
export interface Asker {
  readonly to: string
  /** The asker's private message. */
  readonly handler: string
  /** Unique among the asker's calls. */
  readonly id: string
  readonly note: unknown
  readonly note_version: number
}
/** Where a call's answer is kept when a client asked: it will come and look. */
export interface Visitor {
  readonly client: string
  /** Unique among the client's calls, for ever. */
  readonly id: string
  /** Calls whose answers the client has: they may be forgotten. */
  readonly has: readonly string[]
}
/** What an answer gives back of its call. */
export interface Echo {
  readonly id: string
  readonly note: unknown
  readonly note_version: number
}
/** A named timer, and which of that name. */
export interface TimerName {
  readonly name: string
  readonly id: string
}

export interface Envelope {
  readonly name: string
  readonly body: Plain
  /** Of the body's schema; 0: unnumbered. */
  readonly version: number
  readonly asker?: Asker | Visitor
  readonly echo?: Echo
  readonly timer?: TimerName
  /** Which of the instances at the DARQ it is for, where they share one. */
  readonly key?: string
  /** `body` is a list, of 1 to {@link bodies_max} bodies. */
  readonly many?: true
}

/** What `encodeEnvelope` takes: a body that was not looked at yet. */
export type Draft = Omit<Envelope, 'body'> & { readonly body: unknown }

/**
 * @param wrapped its body holds that of another message
 * @throws {DarqError} `schema` when the body can't travel; `invalid_argument` for none of many; `too_large` for too many, or too
 * deep
 */
export function encodeEnvelope(
  { name, body, version, asker, echo, timer, key, many }: Draft,
  { wrapped = false }: { readonly wrapped?: boolean } = {},
): Payload {
  if (many === true) checkBodies(body)
  else if (asker === undefined && echo === undefined && timer === undefined && key === undefined) {
    return encodePlain(version === 0 ? [name, body] : [name, body, version])
  }
  const extra: Record<string, unknown> = {}
  if (asker !== undefined) extra.asker = asker
  if (echo !== undefined) extra.echo = echo
  if (timer !== undefined) extra.timer = timer
  if (key !== undefined) extra.key = key
  const all = many === true ? [name, body, version, extra, many_mark] : [name, body, version, extra]
  // An answer is a value that was taken already, with something around it; so is a call that another makes.
  return echo !== undefined || wrapped ? encodeWrapped(all) : encodePlain(all)
}

function checkBodies(bodies: unknown): void {
  if (!Array.isArray(bodies) || bodies.length === 0) throw invalid('a list of at least one body')
  if (bodies.length > bodies_max)
    throw new DarqError('too_large', { facts: { expected: `at most ${bodies_max} bodies`, got: bodies.length } })
}

/** @throws {DarqError} `bad_frame`, whatever the bytes are; `newer_format` */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  const value = decodePlain(bytes)
  if (!isList(value) || value.length < 2 || value.length > 5) throw broken('a list of 2 to 5')
  const [name, body, version = 0, extra, many] = value
  if (typeof name !== 'string' || name === '') throw broken('a name')
  if (!isCount(version)) throw broken('a version')
  if (extra === undefined) return { name, body, version }
  if (!isFields(extra)) throw broken('fields')
  if (value.length === 5 && many !== many_mark) throw broken('one body, or many')
  if (many !== undefined && (!isList(body) || body.length === 0 || body.length > bodies_max))
    throw broken(`1 to ${bodies_max} bodies`)
  const { asker, echo, timer, key } = extra
  if (key !== undefined && typeof key !== 'string') throw broken('a key')
  return {
    name,
    body,
    version,
    ...(asker !== undefined && { asker: readAsker(asker) }),
    ...(echo !== undefined && { echo: readEcho(echo) }),
    ...(timer !== undefined && { timer: readTimer(timer) }),
    ...(key !== undefined && { key }),
    ...(many !== undefined && { many: true }),
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const [text_mark, list_mark, quote, backslash] = [0x4a, 0x5b, 0x22, 0x5c]

/**
 * The name alone, without reading what may be a thousand bodies behind it.
 *
 * @throws {DarqError} as {@link decodeEnvelope}, where the name is not the plain beginning that this code writes
 */
export function envelopeName(bytes: Uint8Array): string {
  if (bytes[0] === text_mark && bytes[1] === list_mark && bytes[2] === quote) {
    const end = bytes.indexOf(quote, 3)
    const name = bytes.subarray(3, Math.max(3, end))
    if (name.length > 0 && !name.includes(backslash)) return decoder.decode(name)
  }
  return decodeEnvelope(bytes).name
}

/** @returns the asker of a call, from its message or from where a participant kept it */
export function readAsker(value: Plain): Asker | Visitor {
  if (!isFields(value)) throw broken('an asker')
  const { client, id, has, to, handler } = value
  if (typeof client === 'string' && typeof id === 'string' && isTexts(has)) return { client, id, has }
  if (typeof to === 'string' && typeof handler === 'string') return { to, handler, ...readEcho(value) }
  throw broken('an asker')
}

function readEcho(value: Plain): Echo {
  if (isFields(value)) {
    const { id, note, note_version } = value
    if (typeof id === 'string' && isCount(note_version)) return { id, note, note_version }
  }
  throw broken('an echo')
}

function readTimer(value: Plain): TimerName {
  if (isFields(value)) {
    const { name, id } = value
    if (typeof name === 'string' && typeof id === 'string') return { name, id }
  }
  throw broken('a timer')
}

function isTexts(value: Plain): value is readonly string[] {
  return isList(value) && value.every((item) => typeof item === 'string')
}

export function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value)
}

export function isFields(value: Plain): value is { readonly [key: string]: Plain } {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array) && !isList(value)
}

function broken(expected: string): DarqError {
  return new DarqError('bad_frame', { facts: { expected: `an envelope with ${expected}` } })
}

/** @returns an error's facts out of a body */
export function readErrorFacts(value: Plain): ErrorFacts {
  if (isFields(value)) {
    const { code, message, retryable, facts } = value
    if (typeof code === 'string' && typeof message === 'string' && typeof retryable === 'boolean') {
      // Codes are strings on the wire; an unknown one of a newer peer is still the best name for what went wrong.
      return { code: code as ErrorFacts['code'], message, retryable, ...(facts !== undefined && { facts }) }
    }
  }
  throw broken('an error')
}
