/**
 * How long to wait before another attempt.
 *
 * @module
 */
import type { RetryDefinition } from '../define/definition.ts'

/** @returns the pause after this many attempts: doubling, with jitter between a half and the whole of it */
export function backoff_ms(
  { backoff_ms, backoff_max_ms }: RetryDefinition,
  attempts: number,
  random: () => number,
): number {
  const whole_ms = Math.min(backoff_max_ms, backoff_ms * 2 ** Math.min(attempts - 1, 40))
  return whole_ms * (0.5 + random() / 2)
}
