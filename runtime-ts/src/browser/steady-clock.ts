/**
 * A clock for measuring silence: unlike the time of day it never jumps.
 *
 * @module
 */
import { platformClock } from '../clock.ts'
import type { Clock } from '../engine/types.ts'

/** @returns a clock that counts from the start of this page or worker */
export function steadyClock(): Clock {
  const { soon } = platformClock()
  return {
    now_ms: () => performance.now(),
    soon,
    wake(at_ms, run) {
      const timer = setTimeout(run, Math.max(0, at_ms - performance.now()))
      return () => clearTimeout(timer)
    },
  }
}
