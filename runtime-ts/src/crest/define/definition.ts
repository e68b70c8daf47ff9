/**
 * What `participant` and `effects` come to: the form that a processor works with. Here the types of the application end;
 * behind this line a body is `unknown` until its schema has seen it.
 *
 * @module
 */
import { DarqError } from '../../error.ts'
import { countOf, invalid } from '../../options.ts'
import {
  type AnyCall,
  type AnyQuery,
  checkWord,
  isCall,
  isQuery,
  kind,
  type Shapes,
  share_mark,
  shareOf,
} from './address.ts'
import type { OutboundMaker } from './outbound-maker.ts'
import type { Schema } from './schema.ts'
import { milliseconds, type Span } from './span.ts'
import type { StateShape, StateShapes, TableShape, ValueShape } from './state.ts'
import type { AnswerShape, OwnShape, OwnShapes } from './step.ts'

/** How often, and how far apart, a message whose handler throws is tried. */
export interface Retry {
  /** Then it becomes a dead letter. Default 8. */
  attempts_max?: number
  /** The first pause; it doubles, with jitter. Default 100 ms. */
  backoff?: Span
  /** Default 1 minute. */
  backoff_max?: Span
}

export interface Participant {
  readonly [kind]: 'participant'
  /** Its address's name: `'teller'`, or `'account/*'` for a family. */
  readonly name: string
  /** What is handed over as one may consist of several: a stream that is spread over several addresses. */
  readonly parts?: readonly Participant[]
}

/** What a handler looks like from behind. */
export type Run = (step: unknown, body: unknown, note?: unknown) => unknown

export interface BatchDefinition {
  readonly batch: number
  /** `undefined`: whatever arrived together. */
  readonly wait_ms: number | undefined
  readonly by: ((body: unknown) => string) | undefined
  readonly run: (step: unknown, bodies: readonly unknown[]) => unknown
}

/** A message that a participant takes, and what it does with it. */
export type MessageDefinition =
  | { readonly kind: 'send'; readonly own: boolean; readonly input: Schema; readonly run: Run }
  | { readonly kind: 'batch'; readonly own: boolean; readonly input: Schema; readonly batch: BatchDefinition }
  | { readonly kind: 'call'; readonly own: false; readonly input: Schema; readonly output: Schema; readonly run: Run }
  | {
      readonly kind: 'query'
      readonly own: false
      readonly input: Schema | undefined
      readonly output: Schema
      readonly run: Run
    }
  | {
      readonly kind: 'answer'
      readonly own: true
      readonly output: Schema
      readonly note: Schema | undefined
      readonly run: Run
    }

export interface CellDefinition {
  readonly name: string
  /** `undefined` for a number, string or boolean. */
  readonly schema: Schema | undefined
  readonly table: boolean
  readonly initial: unknown
}

export interface RetryDefinition {
  readonly attempts_max: number
  readonly backoff_ms: number
  readonly backoff_max_ms: number
}

/** @throws {DarqError} `invalid_argument` for what is no count or no span */
export function retryOf({
  attempts_max = 8,
  backoff = '100 ms',
  backoff_max = '1 minute',
}: Retry = {}): RetryDefinition {
  return {
    attempts_max: countOf('attempts_max', attempts_max),
    backoff_ms: milliseconds(backoff),
    backoff_max_ms: milliseconds(backoff_max),
  }
}

export interface EffectDefinition {
  readonly timeout_ms: number
  readonly parallel_max: number
  readonly pure: boolean
}

/**
 * Makes what runs a participant: a `MakeProcessor` of `run/participant-processor.ts`. Here it is passed on, and can't be called.
 * Who defines the participant brings it along, so that an application carries what it uses and nothing else.
 */
export type ProcessorMaker = (darq: never, definition: never, context: never) => unknown

/** Beyond messages and cells: what makes a participant more than its handlers. */
export interface Traits {
  /** Its handlers are effects. */
  readonly effect?: EffectDefinition | undefined
  /** What runs it, when it isn't handlers in steps of their own. */
  readonly processor?: ProcessorMaker | undefined
  /** It calls others. */
  readonly outbound?: OutboundMaker | undefined
  /** How many DARQs the keys of the family share. */
  readonly darqs?: number | undefined
}

export class Definition implements Participant {
  readonly [kind] = 'participant'
  readonly name: string
  readonly messages: ReadonlyMap<string, MessageDefinition>
  readonly cells: readonly CellDefinition[]
  readonly retry: RetryDefinition
  readonly effect: EffectDefinition | undefined
  readonly processor: ProcessorMaker | undefined
  readonly outbound: OutboundMaker | undefined
  readonly darqs: number | undefined

  constructor(
    name: string,
    messages: ReadonlyMap<string, MessageDefinition>,
    cells: readonly CellDefinition[],
    retry: Retry | undefined,
    { effect, processor, outbound, darqs }: Traits = {},
  ) {
    this.name = name
    this.messages = messages
    this.cells = cells
    this.retry = retryOf(retry)
    this.effect = effect
    this.processor = processor
    this.outbound = outbound
    this.darqs = darqs
  }

  /** Is this one of its DARQs? Where keys share them, no key is a name of one. */
  has(name: string): boolean {
    if (this.darqs === undefined) return true
    const share = this.key(name)
    const number = Number(share.slice(share_mark.length))
    return share === `${share_mark}${number}` && Number.isSafeInteger(number) && number >= 0 && number < this.darqs
  }

  /** The part of the name behind the slash, in a family. */
  key(name: string): string {
    return this.name.endsWith('/*') ? name.slice(this.name.length - 1) : ''
  }
}

/** @returns whether it is a family whose keys share DARQs */
export function isShared(participant: Participant): boolean {
  return definitionOf(participant).darqs !== undefined
}

/**
 * @param name of a family's member, as a person writes it
 * @returns the DARQ that has its key, if the family's keys share DARQs, and `name` is not such a DARQ itself
 * @throws {DarqError} `unknown_address` for a DARQ that the family doesn't have
 */
export function shareOfName(
  participant: Participant,
  name: string,
): { readonly darq: string; readonly key: string } | undefined {
  const definition = definitionOf(participant)
  const key = definition.key(name)
  if (definition.darqs === undefined) return undefined
  if (key.startsWith(share_mark)) {
    if (definition.has(name)) return undefined
    throw new DarqError('unknown_address', { facts: { expected: `~0 to ~${definition.darqs - 1}`, got: name } })
  }
  return { darq: `${name.slice(0, name.length - key.length)}${shareOf(key, definition.darqs)}`, key }
}

/** @throws {DarqError} `invalid_argument` when it was not made by `participant` or `effects` of this package */
export function definitionOf(participant: Participant): Definition {
  if (participant instanceof Definition) return participant
  throw invalid('what participant() or effects() made', typeof participant)
}

export function defineParticipant(
  [name, messages]: readonly [string, Shapes],
  given: { state: StateShapes; own: OwnShapes; on: object; retry: Retry | undefined },
): Definition {
  const handlers = new Map<string, unknown>(Object.entries(given.on))
  const found = new Map<string, MessageDefinition>()
  const take = (word: string, make: (handler: unknown) => MessageDefinition): void => {
    const handler = handlers.get(word)
    if (!handlers.delete(word)) throw invalid(`a handler of ${name} for each message`, `none for ${word}`)
    found.set(word, make(handler))
  }
  for (const [word, shape] of Object.entries(messages)) {
    take(word, (handler) => {
      if (isCall(shape)) return callDefinition(shape, handler)
      if (isQuery(shape)) return queryDefinition(shape, handler)
      return sendDefinition(shape, handler, false)
    })
  }
  for (const [word, shape] of Object.entries(given.own)) {
    checkWord(word)
    if (found.has(word)) throw invalid(`each message of ${name} once`, `${word} twice`)
    take(word, (handler) => (isAnswer(shape) ? answerDefinition(shape, handler) : sendDefinition(shape, handler, true)))
  }
  for (const surplus of handlers.keys()) throw invalid(`handlers for messages of ${name}`, surplus)
  const cells = Object.entries(given.state).map(([cell, shape]) => cellDefinition(cell, shape))
  const outbound = Object.values(given.own).find(isAnswer)?.outbound
  return new Definition(name, found, cells, given.retry, { outbound })
}

function isAnswer(shape: OwnShape): shape is AnswerShape<unknown, unknown> {
  return kind in shape && shape[kind] === 'answer'
}

function callDefinition(shape: AnyCall, handler: unknown): MessageDefinition {
  return { kind: 'call', own: false, input: shape.input, output: shape.output, run: runOf(handler) }
}

function queryDefinition(shape: AnyQuery, handler: unknown): MessageDefinition {
  return { kind: 'query', own: false, input: shape.input, output: shape.output, run: runOf(handler) }
}

function answerDefinition(shape: AnswerShape<unknown, unknown>, handler: unknown): MessageDefinition {
  return { kind: 'answer', own: true, output: shape.output, note: shape.note, run: runOf(handler) }
}

function sendDefinition(input: Schema, handler: unknown, own: boolean): MessageDefinition {
  if (typeof handler === 'function') return { kind: 'send', own, input, run: runOf(handler) }
  const { batch, wait, by, run } = handler as { batch: number; wait?: Span; by?: (body: unknown) => string; run: Run }
  return {
    kind: 'batch',
    own,
    input,
    batch: {
      batch: countOf('batch', batch),
      wait_ms: wait === undefined ? undefined : milliseconds(wait),
      by,
      run,
    },
  }
}

/** The second definition room where a cast is due: `participant`'s type has checked the handler, here it is one of many. */
function runOf(handler: unknown): Run {
  if (typeof handler === 'function') return handler as Run
  throw invalid('a function', typeof handler)
}

function cellDefinition(name: string, shape: StateShape): CellDefinition {
  checkWord(name)
  if (typeof shape !== 'object') return { name, schema: undefined, table: false, initial: shape }
  if (isTable(shape)) return { name, schema: shape.schema, table: true, initial: undefined }
  return { name, schema: shape.schema, table: false, initial: shape.initial }
}

function isTable(shape: TableShape<unknown> | ValueShape<unknown>): shape is TableShape<unknown> {
  return shape[kind] === 'table'
}
