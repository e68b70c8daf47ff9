/**
 * Addresses: names of participants and the messages they take. No code, so that a tab and the edge can share them.
 *
 * @module
 */
import { DarqError } from '../../error.ts'
import { countOf, invalid } from '../../options.ts'
import { isText, nameOf, utf8Bytes } from '../../text.ts'
import type { InferInput, InferOutput, Schema, Sendable } from './schema.ts'

export const kind: unique symbol = Symbol('kind')
export const shapes: unique symbol = Symbol('shapes')
/** What a message value holds: for clients and steps, not for applications. */
export const content: unique symbol = Symbol('content')
/** How many DARQs the keys of a family share; missing: each has its own. */
export const spread: unique symbol = Symbol('spread')
/** Types only, never there at run time. */
declare const type: unique symbol

export interface Call<I extends Schema, O extends Schema> {
  readonly [kind]: 'call'
  readonly input: I
  readonly output: O
}
export interface Query<I extends Schema | undefined, O extends Schema> {
  readonly [kind]: 'query'
  readonly input: I
  readonly output: O
}
export type AnyCall = Call<Schema, Schema>
export type AnyQuery = Query<Schema | undefined, Schema>
export type Shape = Schema | AnyCall | AnyQuery
export type Kind = 'send' | 'call' | 'query'

/**
 * A message that is answered.
 *
 * @param input schema of what is sent. @param answer schema of what comes back
 * @example
 * ```ts
 * const Account = address('account/*', { withdraw: call(v.object({ cents: v.number() }), v.object({ left: v.number() })) })
 * ```
 */
export function call<I extends Schema, O extends Schema>(input: I, answer: O): Call<I, O> {
  return { [kind]: 'call', input, output: answer }
}

/**
 * A read: no step, no log record.
 *
 * @param answer schema of what is read; before it the schema of what is asked, if there is more than one question
 * @example
 * ```ts
 * const Account = address('account/*', {
 *   balance: query(v.number()),
 *   entries: query(v.object({ since_ms: v.number() }), v.array(v.string())),
 * })
 * ```
 */
export function query<O extends Schema>(answer: O): Query<undefined, O>
export function query<I extends Schema, O extends Schema>(input: I, answer: O): Query<I, O>
export function query(...given: [Schema] | [Schema, Schema]): AnyQuery {
  return given.length === 1
    ? { [kind]: 'query', input: undefined, output: given[0] }
    : { [kind]: 'query', input: given[0], output: given[1] }
}

export type In<S> = S extends Schema
  ? InferInput<S>
  : S extends Call<infer I, Schema>
    ? InferInput<I>
    : S extends Query<infer I, Schema>
      ? I extends Schema
        ? InferInput<I>
        : undefined
      : never
export type Out<S> = S extends Schema
  ? InferOutput<S>
  : S extends Call<infer I, Schema>
    ? InferOutput<I>
    : S extends Query<infer I, Schema>
      ? I extends Schema
        ? InferOutput<I>
        : undefined
      : never
export type AnswerOf<S> = S extends Call<Schema, infer O> | Query<Schema | undefined, infer O> ? InferInput<O> : never
export type KindOf<S> = S extends AnyCall ? 'call' : S extends AnyQuery ? 'query' : 'send'

export interface Content {
  readonly kind: Kind
  readonly body: unknown
  /** Of the body; `undefined` for a query without one. */
  readonly input: Schema | undefined
  readonly output: Schema | undefined
  /** Only its participant itself may send it. */
  readonly own: boolean
  /** Which of the instances at its DARQ it is for, in a family whose keys share DARQs. */
  readonly key?: string
  /** `body` is a list of bodies. */
  readonly many: boolean
}

/** A message on its way: a plain value; making one does nothing. */
export interface Message<K extends Kind, A = never> {
  /** The DARQ's name. */
  readonly to: string
  readonly name: string
  readonly [content]: Content
  readonly [type]?: readonly [K, A]
}

type Make<N extends string, S> = N extends `${string}/*`
  ? In<S> extends void
    ? (key: string) => Message<KindOf<S>, AnswerOf<S>>
    : (key: string, body: Sendable<In<S>>) => Message<KindOf<S>, AnswerOf<S>>
  : In<S> extends void
    ? () => Message<KindOf<S>, AnswerOf<S>>
    : (body: Sendable<In<S>>) => Message<KindOf<S>, AnswerOf<S>>

/** Of one-way messages alone: an answer is one call's. */
type Many<N extends string, S> = S extends Schema
  ? {
      /**
       * One message that carries many bodies, in order: one record in the log, consumed in one step. A handler runs once for
       * each, within that step; a `batch` handler is given all of them.
       *
       * @throws {DarqError} when it is sent: `invalid_argument` for none, `too_large` for more than 4,096 bodies
       * @example
       * host.send(Flights.flight.many(flights))
       */
      many: N extends `${string}/*`
        ? (key: string, bodies: readonly Sendable<In<S>>[]) => Message<'send'>
        : (bodies: readonly Sendable<In<S>>[]) => Message<'send'>
    }
  : unknown

/** What `Account.deposit` is: it makes messages, and names their type. */
export interface MessageType<S> {
  readonly [shapes]: S
  readonly name: string
  /** The name of its address: `'teller'`, or `'account/*'` for a family. */
  readonly address: string
}
export type Shapes = Readonly<Record<string, Shape>>
export type AnyAddress = { readonly [shapes]: readonly [string, Shapes]; readonly [spread]?: number | undefined }
export type Address<N extends string = string, M extends Shapes = Shapes> = {
  readonly [K in keyof M]: Make<N, M[K]> & MessageType<M[K]> & Many<N, M[K]>
} & { readonly [shapes]: readonly [N, M]; readonly [spread]: number | undefined }
export type MessagesOf<A> = A extends { readonly [shapes]: readonly [string, infer M] } ? M : never

export function isCall(shape: Shape): shape is AnyCall {
  return kind in shape && shape[kind] === 'call'
}
export function isQuery(shape: Shape): shape is AnyQuery {
  return kind in shape && shape[kind] === 'query'
}

/** @returns how a message of this shape is sent and checked */
export function contentOf(shape: Shape, body: unknown, own = false): Content {
  if (isCall(shape)) return { kind: 'call', body, input: shape.input, output: shape.output, own, many: false }
  if (isQuery(shape)) return { kind: 'query', body, input: shape.input, output: shape.output, own, many: false }
  return { kind: 'send', body, input: shape, output: undefined, own, many: false }
}

/** DARQ names are ids on the wire, of at most 1,023 bytes; this leaves room for the host's part of a channel's id. */
const name_bytes_max = 512

/** @throws {DarqError} `unknown_address` when `name` can't name a DARQ */
export function checkName(name: string): string {
  return nameOf('a name of 1 to 512 bytes without *', name, isName)
}

function isName(name: string): boolean {
  if (name === '' || name.startsWith('/') || name.endsWith('/') || name.includes('*')) return false
  return name.length * 3 <= name_bytes_max || utf8Bytes(name) <= name_bytes_max
}

/** Line breaks and the like separate what the runtime puts together. */
const control = /\p{Cc}/u

/** Names of messages and state: what starts with $ is the runtime's own. */
export function checkWord(word: string): void {
  if (isText(word) && word !== '' && !word.startsWith('$') && !control.test(word)) return
  throw invalid('a name that is not empty, does not start with $ and has no control characters', word.toWellFormed())
}

export interface AddressOptions {
  /**
   * Of a family: its keys share this many DARQs, named `'checkout/~0'`, `'checkout/~1'`, …, each key always the same one. For
   * families of many small things, workflows above all: a DARQ costs memory, and those that share one share its commits.
   * The number belongs to the family's name: with another one, keys are looked for where they are not. Default: a DARQ for
   * each key.
   */
  readonly darqs?: number
}

/**
 * Names a participant and the messages it takes. No code: share it between tab and edge. `'account/*'` is a family: each key
 * is a participant, with a DARQ, of its own, unless `darqs` says how many they share.
 *
 * @throws {DarqError} `unknown_address`, `invalid_argument` when a name can't be one
 * @example
 * const Account = address('account/*', { deposit: v.object({ cents: v.number() }), balance: query(v.number()) })
 * Account.deposit('bob', { cents: 1 }) // a message to 'account/bob'
 */
export function address<const N extends string, const M extends Shapes>(
  name: N,
  messages: M,
  { darqs }: AddressOptions = {},
): Address<N, M> {
  const family = name.endsWith('/*')
  const stem = family ? name.slice(0, -1) : name
  checkName(family ? `${stem}key` : name)
  if (darqs !== undefined) checkSpread(name, darqs)
  const makers = Object.entries(messages).map(([word, shape]) => {
    checkWord(word)
    const make = family
      ? (key: string, body?: unknown) => familyMessage(stem, darqs, key, word, contentOf(shape, body))
      : (body?: unknown) => message(name, word, contentOf(shape, body))
    const many = family
      ? (key: string, bodies: readonly unknown[]) => familyMessage(stem, darqs, key, word, manyOf(shape, bodies))
      : (bodies: readonly unknown[]) => message(name, word, manyOf(shape, bodies))
    Object.defineProperty(make, 'name', { value: word })
    const type = { [shapes]: shape, address: name }
    return [word, Object.assign(make, isCall(shape) || isQuery(shape) ? type : { ...type, many })] as const
  })
  // One of the two definition rooms where a cast is due: the mapped type says what the loop above has just built.
  return Object.assign(Object.fromEntries(makers), {
    [shapes]: [name, messages],
    [spread]: darqs,
  }) as unknown as Address<N, M>
}

/** A message to one of a family. */
export function familyMessage(
  stem: string,
  darqs: number | undefined,
  key: string,
  word: string,
  given: Content,
): Message<Kind> {
  const named = checkName(stem + key)
  return darqs === undefined
    ? message(named, word, given)
    : message(stem + shareOf(key, darqs), word, { ...given, key })
}

function manyOf(shape: Shape, bodies: readonly unknown[]): Content {
  return { ...contentOf(shape, bodies), many: true }
}

function message(to: string, name: string, content_: Content): Message<Kind> {
  return { to, name, [content]: content_ }
}

const darqs_max = 65_536

/** @throws {DarqError} `invalid_argument` for a family whose keys share DARQs: state and key of a participant are its DARQ's */
export function refuseShared({ [shapes]: [name], [spread]: darqs }: AnyAddress): void {
  if (darqs === undefined) return
  throw invalid('a family whose keys have a DARQ each; those that share some are for workflows', name)
}

function checkSpread(name: string, darqs: number): void {
  if (!name.endsWith('/*')) throw invalid('darqs: of a family', name)
  countOf('darqs', darqs, darqs_max)
}

/** What a share's name starts with, behind the family's; a key that does so is invalid. */
export const share_mark = '~'

/**
 * Which of the DARQs of a family has a key: FNV-1a over its UTF-16 units, the same for ever and everywhere.
 *
 * @throws {DarqError} `unknown_address` for a key that could be taken for a share's name
 */
export function shareOf(key: string, darqs: number): string {
  if (key.startsWith(share_mark))
    throw new DarqError('unknown_address', {
      facts: { expected: `a key that does not start with ${share_mark}`, got: key },
    })
  let hash = 0x811c9dc5
  for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  return `${share_mark}${(hash >>> 0) % darqs}`
}
