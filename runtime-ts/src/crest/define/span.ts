/** @module Lengths of time as people write them. */
import { invalid, shown, time_ms_max } from '../../options.ts'

/** `'50 ms'`, `'1 day'`, `'2 minutes'`. */
export type Span = `${number} ${'ms' | 'seconds' | 'minutes' | 'hours' | 'days' | 'second' | 'minute' | 'hour' | 'day'}`

const unit_ms: Readonly<Record<string, number>> = {
  ms: 1,
  second: 1_000,
  seconds: 1_000,
  minute: 60_000,
  minutes: 60_000,
  hour: 3_600_000,
  hours: 3_600_000,
  day: 86_400_000,
  days: 86_400_000,
}

/**
 * @returns the span in milliseconds
 * @throws {DarqError} `invalid_argument` when it is no span: what the types refuse, for callers without types
 */
export function milliseconds(span: Span): number {
  const [count, unit, ...rest] = typeof span === 'string' ? span.split(' ') : []
  const ms = Number(count) * (unit_ms[unit ?? ''] ?? Number.NaN)
  if (rest.length > 0 || count === undefined || count === '' || !(ms >= 0) || ms > time_ms_max) {
    throw invalid('a span like "50 ms" or "2 days"', shown(span))
  }
  return ms
}

/** @returns when so long a time from `from_ms` is over; past the end of all times it is for ever. @throws as {@link milliseconds} */
export function dueAfter(from_ms: number, span: Span): number {
  return Math.min(from_ms + milliseconds(span), time_ms_max)
}
