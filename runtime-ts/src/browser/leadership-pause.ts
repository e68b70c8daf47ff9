/**
 * How long a tab waits before it tries again.
 *
 * @module
 */
import { type Force, leadershipLimits as limits, type Moment } from './leadership-state.ts'

/** A budget that nothing was taken from. */
export function freshForce(now_ms: number): Force {
  return { notBefore_ms: now_ms, pause_ms: limits.steal_pause_ms_min }
}

/** A moment between half and the whole of a pause that doubles with each failure. */
export function pauseAfter(failures: number, { now_ms, random }: Moment): number {
  const pause_ms = Math.min(limits.failure_pause_ms_min * 2 ** failures, limits.failure_pause_ms_max)
  return now_ms + pause_ms * (0.5 + random / 2)
}
