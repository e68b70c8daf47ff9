/**
 * Notices that the other end of a line is gone: workers and tabs die without a word.
 *
 * @module
 */
import type { Clock } from '../engine/types.ts'

export interface HeartbeatOptions {
  readonly clock: Clock
  readonly every_ms: number
  /** This many beats in a row without an answer to the ping before them: dead. Asked at each beat. */
  unanswered_max(): number
  /** Nothing is asked while nothing is wanted. */
  wanted(): boolean
  /** Resolves when the other end has answered. */
  ping(): Promise<void>
  /** Called once; there are no more beats then. */
  dead(): void
}

/** @returns stops it */
export function startHeartbeat(options: HeartbeatOptions): () => void {
  const { clock, every_ms } = options
  let unanswered = 0
  let pinged = false
  let stopped = false
  let due_ms = clock.now_ms() + every_ms
  let takeBack = clock.wake(due_ms, beat)

  function beat(): void {
    const now_ms = clock.now_ms()
    // A beat this late means that this end slept: the answer may be waiting behind it.
    const slept = now_ms - due_ms > every_ms
    due_ms = now_ms + every_ms
    takeBack = clock.wake(due_ms, beat)
    unanswered = pinged && !slept ? unanswered + 1 : 0
    if (unanswered >= options.unanswered_max()) {
      stop()
      options.dead()
    } else if (!pinged && options.wanted()) {
      pinged = true
      const answered = () => {
        pinged = false
      }
      options.ping().then(answered, () => {})
    }
  }

  function stop(): void {
    if (stopped) return
    stopped = true
    takeBack()
  }

  return stop
}
