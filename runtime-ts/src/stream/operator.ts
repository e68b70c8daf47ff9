/**
 * What runs in a step: operators with state, and what they are given.
 *
 * @module
 */
import type { Message } from '../crest/define/address.ts'
import type { SendOptions } from '../crest/define/step.ts'
import { DarqError } from '../error.ts'

/** A table, whatever is in it. What is read of it belongs to it: a change makes a new value. */
export interface Cells {
  get(key: string): unknown
  set(key: string, value: unknown): void
  delete(key: string): void
  readonly size: number
  entries(): IterableIterator<[string, unknown]>
}

/** A step of a participant that a stream was made into: all its state is in tables. */
export interface StreamStep {
  readonly state: Readonly<Record<string, Cells>>
  readonly own: Readonly<Record<string, (body: unknown) => Message<'send'>>>
  readonly key: string
  readonly now_ms: number
  send(message: Message<'send'>, options?: SendOptions): void
}

/** Where a record, or a result, goes next. */
export type Push = (value: unknown) => void

/** Lives as long as its participant; what it keeps between `begin` and `end` is of one step, which may be undone. */
export interface Operator {
  begin(step: StreamStep): void
  /** All records of the step are through. It writes its state, and may push what it has come to. */
  end(): void
}

/** Keeps state per key. */
export interface KeyedOperator {
  /** Names its table. */
  readonly name: string
  begin(step: StreamStep): void
  /** @param watermark_ms before this record. It was not late then. */
  take(key: string, value: unknown, time_ms: number, watermark_ms: number, port: number): void
  /** All records of the step are through. */
  end(watermark_ms: number): void
  /** Keys have come or gone by other ways than its own: it counts anew. Between `begin` and `end`. */
  recount(): void
}

/** The table of what is kept once per participant, not per key. */
export const marks_table = 'marks'

export function cellsOf(step: StreamStep, name: string): Cells {
  const cells = step.state[name]
  if (cells !== undefined) return cells
  throw new DarqError('internal', { facts: { expected: 'a table of this stream', got: name } })
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

/** Reads numbers that a stream has kept. @throws {DarqError} `bad_frame`: the state is another stream's */
export function numbersOf(value: unknown, count: number): readonly number[] {
  if (isList(value) && value.length === count) {
    const numbers = value.filter((one) => typeof one === 'number')
    if (numbers.length === count) return numbers
  }
  throw foreignState()
}

/** The state was left by other code: operators that were added, taken away or moved. */
export function foreignState(): DarqError {
  return new DarqError('bad_frame', { facts: { expected: 'the state of this stream' } })
}

/** @throws {DarqError} `schema` when the application's `key` gives no text */
export function text(key: unknown): string {
  if (typeof key === 'string') return key
  throw new DarqError('schema', { facts: { expected: 'a key that is text', got: typeof key } })
}

/** @throws {DarqError} `schema` when the application's `flatMap` gives nothing to iterate over */
export function iterable(value: unknown): Iterable<unknown> {
  if (typeof value === 'string') return value
  if (typeof value === 'object' && value !== null && Symbol.iterator in value) return value as Iterable<unknown>
  throw new DarqError('schema', { facts: { expected: 'flatMap: something to iterate over', got: typeof value } })
}
