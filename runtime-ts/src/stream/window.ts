/**
 * Windows in event time: which stretches of it a record belongs to, and when one is over.
 *
 * A record's time is what the application says that it is. The watermark of a window operator is the largest time that it
 * has seen, minus `allowed`: a window is over when the watermark has reached its end, and a record is late when every window
 * that it belongs to was over before it came. The watermark moves with each record, so that what is late depends on the
 * order of the records alone, not on the steps in which they are handled.
 *
 * @module
 */
import { milliseconds, type Span } from '../crest/define/span.ts'
import { DarqError } from '../error.ts'
import { invalid, isTime, shown, time_ms_max } from '../options.ts'
import { type Change, erased } from './erased.ts'

export interface WindowOptions {
  /** How far a record may lie behind the newest before it. Default 0: records come in order. */
  readonly allowed?: Span
}

/** How records of one type are put into windows. */
export interface Window<T> {
  /** @returns milliseconds since 1970 */
  readonly time: (value: T) => number
  readonly kind: 'tumbling' | 'sliding' | 'session'
  readonly size_ms: number
  readonly every_ms: number
  readonly allowed_ms: number
}

/** A window as the operators see it, whatever its records are. */
export type AnyWindow = Omit<Window<never>, 'time'> & { readonly time: Change }

/**
 * Windows of one size, one behind the other, from 1970 on.
 *
 * @param time of a record, in milliseconds since 1970
 * @throws {DarqError} `invalid_argument` for a span of nothing
 * @example
 * tumbling('1 hour', (flight: Flight) => Date.parse(flight.date), { allowed: '5 minutes' })
 */
export function tumbling<T>(size: Span, time: (value: T) => number, options: WindowOptions = {}): Window<T> {
  const size_ms = span(size, 'size')
  return { kind: 'tumbling', size_ms, every_ms: size_ms, allowed_ms: allowedBy(options), time }
}

/** A window may be in this many others at most: each record is put into all of them. */
const overlaps_max = 1_000

/**
 * Windows of one size, one beginning `every` so often: they overlap where `every` is shorter than `size`.
 *
 * @param time of a record, in milliseconds since 1970
 * @throws {DarqError} `invalid_argument` for a span of nothing, for gaps between windows, or for more than 1,000 at a time
 * @example
 * ```ts
 * sliding('1 hour', '10 minutes', (flight: Flight) => Date.parse(flight.date))
 * ```
 */
export function sliding<T>(
  size: Span,
  every: Span,
  time: (value: T) => number,
  options: WindowOptions = {},
): Window<T> {
  const [size_ms, every_ms] = [span(size, 'size'), span(every, 'every')]
  if (every_ms > size_ms || size_ms / every_ms > overlaps_max) {
    const expected = `every: at most the size, at least a ${overlaps_max}th of it`
    throw invalid(expected, { size_ms, every_ms })
  }
  return { kind: 'sliding', size_ms, every_ms, allowed_ms: allowedBy(options), time }
}

/**
 * A window per key that lasts as long as no two of its records are `gap` or more apart.
 *
 * @param time of a record, in milliseconds since 1970
 * @throws {DarqError} `invalid_argument` for a span of nothing
 * @example
 * ```ts
 * session('30 minutes', (flight: Flight) => Date.parse(flight.date), { allowed: '5 minutes' })
 * ```
 */
export function session<T>(gap: Span, time: (value: T) => number, options: WindowOptions = {}): Window<T> {
  const size_ms = span(gap, 'gap')
  return { kind: 'session', size_ms, every_ms: 1, allowed_ms: allowedBy(options), time }
}

export function anyWindow<T>({ time, ...window }: Window<T>): AnyWindow {
  return { ...window, time: erased(time) }
}

function allowedBy({ allowed = '0 ms' }: WindowOptions): number {
  return milliseconds(allowed)
}

function span(given: Span, what: string): number {
  const span_ms = milliseconds(given)
  // Shorter ones would not move a time on: it has no finer parts.
  if (span_ms >= 1) return span_ms
  throw invalid(`${what}: a span of at least 1 ms`, given)
}

/** @throws {DarqError} `schema` when the application's `time` gives none that there can be: nanoseconds, for one */
export function timeOf(time: Change, value: unknown): number {
  const time_ms = time(value)
  if (isTime(time_ms)) return time_ms
  const expected = `a record’s time in milliseconds since 1970, at most ${time_ms_max}`
  throw new DarqError('schema', { facts: { expected, got: shown(time_ms) } })
}

/** @returns where the last window ends that a record of this time belongs to; of a session, as far as this record goes */
export function lastEnd({ kind, size_ms, every_ms }: AnyWindow, time_ms: number): number {
  return kind === 'session' ? time_ms + size_ms : Math.floor(time_ms / every_ms) * every_ms + size_ms
}

/** @returns where the first window begins that a record of this time belongs to. Not for sessions. */
export function firstStart({ size_ms, every_ms }: AnyWindow, time_ms: number): number {
  const start_ms = (Math.floor((time_ms - size_ms) / every_ms) + 1) * every_ms
  // A time just before a window's beginning is lost in the size.
  return start_ms > time_ms ? start_ms - every_ms : start_ms
}

/** @returns the least watermark at which the same windows are over: what lies between makes no difference */
export function coarse({ kind, size_ms, every_ms }: AnyWindow, watermark_ms: number): number {
  if (kind === 'session' || !Number.isFinite(watermark_ms)) return watermark_ms
  // Windows end `size` behind a multiple of `every`.
  const offset_ms = size_ms % every_ms
  return Math.floor((watermark_ms - offset_ms) / every_ms) * every_ms + offset_ms
}
