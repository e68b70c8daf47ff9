/**
 * The options of a session server, and their defaults.
 *
 * @module
 */
import { platformClock } from '../clock.ts'
import type { Clock } from '../engine/types.ts'
import type { DarqError } from '../error.ts'
import type { FrameStreamLimits } from './frame-stream.ts'
import type { Window } from './protocol-message.ts'

export interface SessionServerLimits extends FrameStreamLimits {
  /** What a processor may have that it gave no credit for, at most; it may ask for less. Default 1 MiB and 4,096 messages. */
  readonly window: Window
  /** One frame of deliveries. Default 64 KiB, 256 messages. */
  readonly batch_bytes: number
  readonly batch_messages: number
  /** One frame. A step, or a message to be delivered, that doesn't fit is refused. Default 4 MiB. */
  readonly frame_bytes_max: number
  /** Frames said and not known to be heard; past it the processor is detached. Default 8 MiB. */
  readonly unheard_bytes_max: number
  /** An end that has nothing to say beats so often. Default 5 s. */
  readonly beat_ms: number
  /** So long without a sign of life, and the stream has ended. Default 20 s. */
  readonly silent_ms_max: number
  /** A processor that has work, is alive, and neither steps nor gives credit so long is hung, and detached. Default 60 s. */
  readonly hung_ms_max: number
  /**
   * So long a processor whose stream has ended may come back on another and go on as if nothing had been. Default 0: it
   * is detached at once. Frames that were said are kept as long.
   */
  readonly resume_ms: number
}

export interface SessionServerOptions {
  readonly clock?: Clock
  readonly limits?: Partial<SessionServerLimits>
  /** A stream that was given up, or a processor that failed where it is. Nobody waits for it. */
  readonly onError?: (error: DarqError) => void
}

export function sessionServerLimits(limits: Partial<SessionServerLimits> = {}): SessionServerLimits {
  return {
    window: { bytes: 1024 * 1024, messages: 4_096 },
    batch_bytes: 64 * 1024,
    batch_messages: 256,
    frame_bytes_max: 4 * 1024 * 1024,
    unheard_bytes_max: 8 * 1024 * 1024,
    beat_ms: 5_000,
    silent_ms_max: 20_000,
    hung_ms_max: 60_000,
    resume_ms: 0,
    ...limits,
  }
}

export const sessionServerClock = ({ clock = platformClock() }: SessionServerOptions): Clock => clock
