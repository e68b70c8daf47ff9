/**
 * Schemas: any library that speaks Standard Schema, checked synchronously, and `version`: a schema with a past.
 *
 * @module
 */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { DarqError, type Plain } from '../../error.ts'
import { countOf, invalid } from '../../options.ts'

export type Schema<I = unknown, O = I> = StandardSchemaV1<I, O>
export type InferInput<S extends Schema> = StandardSchemaV1.InferInput<S>
export type InferOutput<S extends Schema> = StandardSchemaV1.InferOutput<S>

/** What a sender may hand over: JSON data or bytes. Functions, bigint and Date become `never`. */
export type Sendable<T> = T extends Plain
  ? T
  : T extends (...a: never) => unknown
    ? never
    : T extends bigint | symbol | Date | Promise<unknown> | Map<unknown, unknown> | Set<unknown>
      ? never
      : T extends object
        ? { [K in keyof T]: Sendable<T[K]> }
        : never
/** What a handler may look at, but not change. */
export type Frozen<T> = T extends Uint8Array ? T : T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T

/** Lets everything in, of whatever version: whoever takes it knows better, and looks later. */
export const anything: Schema = {
  '~standard': { version: 1, vendor: 'darq', validate: (value) => ({ value }) },
}

/** Issues that an error carries at most: enough to see what is wrong, bounded whatever came. */
const issues_max = 8

/**
 * @returns the schema's output for `value`
 * @throws {DarqError} `schema`, with up to 8 issues; also when the schema is asynchronous, which a step can't wait for
 */
export function check(schema: Schema, value: unknown): unknown {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise) {
    result.catch(() => {}) // the error below says it all; this one would only be reported as unhandled
    throw new DarqError('schema', { facts: { reason: 'the schema is asynchronous; a step waits for nothing' } })
  }
  if (result.issues === undefined) return result.value
  const issues = result.issues.slice(0, issues_max).map(({ message, path }) => ({
    message,
    path: (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
  }))
  throw new DarqError('schema', { facts: { issues } })
}

const past: unique symbol = Symbol('past')
type Upgrade = (old: unknown) => unknown
interface Past {
  readonly number: number
  readonly older: ReadonlyMap<number, { readonly schema: Schema; readonly upgrade: Upgrade }>
}

/** A schema with a past: old records are upgraded when read. Itself a Standard Schema. */
export interface Versioned<S extends Schema, Vs extends number> extends Schema<InferInput<S>, InferOutput<S>> {
  readonly [past]: Past
  /**
   * Says how a record of an older version becomes one of this.
   *
   * @throws {DarqError} `invalid_argument` when the version is given twice or isn't older: what the types refuse
   */
  from<const V extends number, O extends Schema>(
    version: V extends Vs ? never : V,
    old: O,
    upgrade: (old: InferOutput<O>) => InferInput<S>,
  ): Versioned<S, Vs | V>
}

/**
 * Numbers a schema, so that it can change while old records live on: messages, notes and state alike. The number is
 * written into each record; a record without one counts as version 1. Numbers are whole and start at 1.
 *
 * @example
 * const Paid = version(2, v.object({ cents: v.number() }))
 *   .from(1, v.object({ euros: v.number() }), (old) => ({ cents: old.euros * 100 }))
 */
export function version<const V extends number, S extends Schema>(number: V, schema: S): Versioned<S, V> {
  return versioned<S, V>(schema, { number: countOf('version', number), older: new Map() })
}

function versioned<S extends Schema, Vs extends number>(schema: S, history: Past): Versioned<S, Vs> {
  return {
    // The same room as the codec: a Standard Schema's types live in a property that is never there, so no value can have them.
    '~standard': schema['~standard'] as Versioned<S, Vs>['~standard'],
    [past]: history,
    from(number, old, upgrade) {
      if (countOf('version', number) >= history.number || history.older.has(number)) {
        throw invalid('each version once, and older than the schema’s own', number)
      }
      const older = new Map(history.older).set(number, { schema: old, upgrade: upgrade as Upgrade })
      return versioned(schema, { number: history.number, older })
    },
  }
}

function pastOf(schema: Schema): Past | undefined {
  return past in schema ? (schema as Versioned<Schema, number>)[past] : undefined
}

/** @returns the number to write into a record of this schema; 0 when it isn't versioned */
export function versionOf(schema: Schema): number {
  return pastOf(schema)?.number ?? 0
}

/**
 * Reads a record that was written as an *input* of `schema`, in version `written` (0: unnumbered).
 *
 * @returns `input`: upgraded, unchecked by transforms; `output`: checked
 * @throws {DarqError} `schema`; `newer_version` when the record is of a version that this code doesn't know yet
 */
export function readInput(schema: Schema, value: unknown, written: number): { input: unknown; output: unknown } {
  if (schema === anything) return { input: value, output: value }
  const old = olderThan(schema, written)
  const input = old === undefined ? value : old.upgrade(check(old.schema, value))
  return { input, output: check(schema, input) }
}

/**
 * Reads a record that was written as an *output* of `schema` (state, which was checked when it came): one of the present
 * version is taken as it is.
 *
 * @throws {DarqError} as {@link readInput}
 */
export function readOutput(schema: Schema, value: unknown, written: number): unknown {
  const old = olderThan(schema, written)
  return old === undefined ? value : check(schema, old.upgrade(value))
}

function olderThan(
  schema: Schema,
  written: number,
): { readonly schema: Schema; readonly upgrade: Upgrade } | undefined {
  const history = pastOf(schema)
  const known = history?.number ?? 1
  const number = written === 0 ? 1 : written
  if (number === known) return undefined
  if (number > known) throw new DarqError('newer_version', { facts: { expected: known, got: number } })
  const old = history?.older.get(number)
  if (old !== undefined) return old
  throw new DarqError('schema', { facts: { reason: 'no upgrade from this version', expected: known, got: number } })
}
