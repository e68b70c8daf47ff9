/**
 * Aggregates: what becomes of a window's records. Only the running total is kept, not the records.
 *
 * @module
 */
import type { Frozen, Sendable } from '../crest/define/schema.ts'
import { countOf } from '../options.ts'

/**
 * A running total: plain data, replaced by `add`, never changed in its depth.
 *
 * @example
 * const worst: Aggregate<Flight, number, number> = {
 *   initial: 0,
 *   add: (worst, flight) => Math.max(worst, flight.delay),
 *   merge: Math.max,
 *   result: (worst) => worst,
 * }
 */
export interface Aggregate<T, A, R> {
  readonly initial: Sendable<A>
  add(total: Frozen<A>, value: T): A
  /** Two stretches of one window become one. Sessions need it: a record may close the gap between two. */
  merge?(one: Frozen<A>, other: Frozen<A>): A
  result(total: Frozen<A>): R
}

/** An aggregate whose types the graph no longer says. */
export interface AnyAggregate {
  readonly initial: unknown
  readonly add: (total: unknown, value: unknown) => unknown
  readonly merge: ((one: unknown, other: unknown) => unknown) | undefined
  readonly result: (total: unknown) => unknown
}

/**
 * How many records there are.
 *
 * @example
 * ```ts
 * const view = stream(Flights.flight)
 *   .keyBy((flight) => flight.origin)
 *   .window(tumbling('1 hour', (flight) => Date.parse(flight.date)))
 *   .aggregate(count())
 *   .to(({ key, value, from_ms }) => Alerts.late(key, { mean: value, from_ms }))
 * ```
 */
export function count(): Aggregate<unknown, number, number> {
  return { initial: 0, add: (total) => total + 1, merge: (one, other) => one + other, result: (total) => total }
}

/**
 * @param of a record: the number that is summed
 * @example
 * ```ts
 * const view = stream(Flights.flight)
 *   .keyBy((flight) => flight.origin)
 *   .window(tumbling('1 hour', (flight) => Date.parse(flight.date)))
 *   .aggregate(sum((flight) => flight.delay))
 *   .to(({ key, value, from_ms }) => Alerts.late(key, { mean: value, from_ms }))
 * ```
 */
export function sum<T>(of: (value: T) => number): Aggregate<T, number, number> {
  return { initial: 0, add: (total, value) => total + of(value), merge: (a, b) => a + b, result: (total) => total }
}

/**
 * The smallest.
 *
 * @example
 * ```ts
 * const view = stream(Flights.flight)
 *   .keyBy((flight) => flight.origin)
 *   .window(tumbling('1 hour', (flight) => Date.parse(flight.date)))
 *   .aggregate(min((flight) => flight.delay))
 *   .to(({ key, value, from_ms }) => Alerts.late(key, { mean: value, from_ms }))
 * ```
 */
export function min<T>(of: (value: T) => number): Aggregate<T, number, number> {
  return extreme(of, Number.POSITIVE_INFINITY, Math.min)
}

/**
 * The largest.
 *
 * @example
 * ```ts
 * const view = stream(Flights.flight)
 *   .keyBy((flight) => flight.origin)
 *   .window(tumbling('1 hour', (flight) => Date.parse(flight.date)))
 *   .aggregate(max((flight) => flight.delay))
 *   .to(({ key, value, from_ms }) => Alerts.late(key, { mean: value, from_ms }))
 * ```
 */
export function max<T>(of: (value: T) => number): Aggregate<T, number, number> {
  return extreme(of, Number.NEGATIVE_INFINITY, Math.max)
}

function extreme<T>(
  of: (value: T) => number,
  initial: number,
  pick: (a: number, b: number) => number,
): Aggregate<T, number, number> {
  return { initial, add: (total, value) => pick(total, of(value)), merge: pick, result: (total) => total }
}

/**
 * The mean.
 *
 * @example
 * ```ts
 * const view = stream(Flights.flight)
 *   .keyBy((flight) => flight.origin)
 *   .window(tumbling('1 hour', (flight) => Date.parse(flight.date)))
 *   .aggregate(mean((flight) => flight.delay))
 *   .to(({ key, value, from_ms }) => Alerts.late(key, { mean: value, from_ms }))
 * ```
 */
export function mean<T>(
  of: (value: T) => number,
): Aggregate<T, { readonly count: number; readonly sum: number }, number> {
  return {
    initial: { count: 0, sum: 0 },
    add: ({ count, sum }, value) => ({ count: count + 1, sum: sum + of(value) }),
    merge: (one, other) => ({ count: one.count + other.count, sum: one.sum + other.sum }),
    result: ({ count, sum }) => sum / count,
  }
}

/** Kept values live in a cell of the window: this many at most. */
const kept_max = 1_000

/**
 * The `limit` largest, largest first; of equals, those that came first.
 *
 * @param of a record: what is kept of it, and by which number it ranks
 * @throws {DarqError} `invalid_argument` for a limit that is not between 1 and 1,000
 * @example
 * ```ts
 * const view = stream(Flights.flight)
 *   .keyBy((flight) => flight.origin)
 *   .window(tumbling('1 hour', (flight) => Date.parse(flight.date)))
 *   .aggregate(top(3, (flight) => ({ rank: flight.delay, value: flight.date })))
 *   .to(({ key, value, from_ms }) => Alerts.late(key, { mean: value.length, from_ms }))
 * ```
 */
export function top<T, V>(
  limit: number,
  of: (value: T) => { readonly rank: number; readonly value: V },
): Aggregate<T, readonly { readonly rank: number; readonly value: V }[], readonly V[]> {
  countOf('limit', limit, kept_max)
  type Ranked = { readonly rank: number; readonly value: V }
  const ranked = (all: readonly Ranked[]): readonly Ranked[] =>
    all.toSorted((one, other) => other.rank - one.rank).slice(0, limit)
  // A total is plain data, so what is read of it is what was put in.
  const thawed = (total: unknown): readonly Ranked[] => total as readonly Ranked[]
  return {
    initial: [] as never,
    add: (total, value) => ranked([...thawed(total), of(value)]),
    merge: (one, other) => ranked([...thawed(one), ...thawed(other)]),
    result: (total) => thawed(total).map(({ value }) => value),
  }
}

/**
 * The first `limit` records, in the order in which they came.
 *
 * @throws {DarqError} `invalid_argument` for a limit that is not between 1 and 1,000
 * @example
 * ```ts
 * const view = stream(Flights.flight)
 *   .keyBy((flight) => flight.origin)
 *   .window(tumbling('1 hour', (flight) => Date.parse(flight.date)))
 *   .aggregate(collect<Flight>(10))
 *   .to(({ key, value, from_ms }) => Alerts.late(key, { mean: value.length, from_ms }))
 * ```
 */
export function collect<T>(limit: number): Aggregate<T, readonly T[], readonly T[]> {
  countOf('limit', limit, kept_max)
  const thawed = (total: unknown): readonly T[] => total as readonly T[]
  return {
    initial: [] as never,
    add: (total, value) => (thawed(total).length < limit ? [...thawed(total), value] : thawed(total)),
    merge: (one, other) => [...thawed(one), ...thawed(other)].slice(0, limit),
    result: thawed,
  }
}
