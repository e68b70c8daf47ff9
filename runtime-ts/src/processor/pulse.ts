/**
 * Both ends of a stream beat, so that each notices when the other is gone: a lost network and a dead thread say nothing.
 *
 * @module
 */
import type { Clock } from '../engine/types.ts'

export interface PulseOptions {
  readonly clock: Clock
  readonly beat_ms: number
  /** So long without a sign of life. Counted in beats, so that an end which slept itself blames nobody. */
  readonly silent_ms_max: number
  /** Called at each beat. */
  readonly beat: () => void
  /** Called once; there are no more beats then. */
  readonly silent: () => void
}

export interface Pulse {
  /** Something has come. */
  heard(): void
  stop(): void
}

export function startPulse({ clock, beat_ms, silent_ms_max, beat, silent }: PulseOptions): Pulse {
  const silent_beats_max = Math.max(1, Math.ceil(silent_ms_max / beat_ms))
  let silent_beats = 0
  let stopped = false
  let takeBack = clock.wake(clock.now_ms() + beat_ms, tick)

  function tick(): void {
    if (stopped) return
    takeBack = clock.wake(clock.now_ms() + beat_ms, tick)
    silent_beats += 1
    if (silent_beats > silent_beats_max) {
      stop()
      silent()
    } else beat()
  }

  function stop(): void {
    stopped = true
    takeBack()
  }

  return {
    heard() {
      silent_beats = 0
    },
    stop,
  }
}
