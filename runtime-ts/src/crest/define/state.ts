/**
 * The shape of a participant's state: one level of cells, and tables of keyed cells.
 *
 * @module
 */
import { kind } from './address.ts'
import type { Frozen, InferOutput, Schema, Sendable } from './schema.ts'

/** Keyed cells. A step pays for the keys that it sets. */
export interface Table<V> {
  get(key: string): Frozen<V> | undefined
  has(key: string): boolean
  set(key: string, value: Sendable<V>): void
  update(key: string, change: (old: Frozen<V> | undefined) => Sendable<V>): void
  delete(key: string): void
  readonly size: number
  /** In no stated order. */
  entries(options?: { prefix?: string }): IterableIterator<[string, Frozen<V>]>
}
export type ReadTable<V> = Omit<Table<V>, 'set' | 'update' | 'delete'>

export interface TableShape<V> {
  readonly [kind]: 'table'
  readonly schema: Schema<unknown, V>
}
export interface ValueShape<V> {
  readonly [kind]: 'value'
  readonly schema: Schema<unknown, V>
  readonly initial: V
}

/**
 * Keyed state: a step pays for the keys that it sets.
 *
 * @example
 * ```ts
 * const Shop = address('shop', { sold: v.object({ sku: v.string(), count: v.number() }) })
 * const shop = participant(Shop, {
 *   state: { sales: table(v.number()) },
 *   on: {
 *     sold(step, { sku, count }) {
 *       step.state.sales.update(sku, (old = 0) => old + count)
 *     },
 *   },
 * })
 * ```
 */
export function table<S extends Schema>(schema: S): TableShape<InferOutput<S>> {
  // The schema's types are phantoms: see `versioned` in schema.ts.
  return { [kind]: 'table', schema: schema as unknown as Schema<unknown, InferOutput<S>> }
}

/**
 * One cell with parts. It is replaced as a whole, never changed in its depth.
 *
 * @param initial what it is before a step sets it
 * @example
 * ```ts
 * const Profile = address('profile/*', { rename: v.string() })
 * const profile = participant(Profile, {
 *   state: { person: value(v.object({ name: v.string(), renamed: v.number() }), { name: '', renamed: 0 }) },
 *   on: {
 *     rename(step, name) {
 *       step.state.person = { name, renamed: step.state.person.renamed + 1 }
 *     },
 *   },
 * })
 * ```
 */
export function value<S extends Schema>(schema: S, initial: InferOutput<S>): ValueShape<InferOutput<S>> {
  return { [kind]: 'value', schema: schema as unknown as Schema<unknown, InferOutput<S>>, initial }
}

/** A number, string or boolean needs no schema; whatever has parts does, because it outlives this code. */
export type StateShape = number | string | boolean | TableShape<unknown> | ValueShape<unknown>
export type StateShapes = Readonly<Record<string, StateShape>>

type Widen<T> = T extends number ? number : T extends string ? string : T extends boolean ? boolean : T
type CellOf<T> = T extends TableShape<infer V> ? Table<V> : T extends ValueShape<infer V> ? Frozen<V> : Frozen<Widen<T>>
export type StateOf<S> = {
  -readonly [K in keyof S as S[K] extends TableShape<unknown> ? never : K]: CellOf<S[K]>
} & {
  readonly [K in keyof S as S[K] extends TableShape<unknown> ? K : never]: CellOf<S[K]>
}
export type ReadStateOf<S> = {
  readonly [K in keyof S]: S[K] extends TableShape<infer V> ? ReadTable<V> : CellOf<S[K]>
}
