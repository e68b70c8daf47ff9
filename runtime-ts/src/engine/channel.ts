/**
 * The ordered path from one DARQ to another, as its sender has it.
 *
 * @module
 */
import type { Lsn } from '@darq/core'
import type { Ack } from './frame.ts'

/** The ordered path from one DARQ to another. */
export interface Channel {
  readonly to: string
  /** How many messages wait for another host to have them committed. */
  readonly abroad?: number
  /** Takes an out-message that a step has just made. */
  push(lsn: Lsn, gated: boolean): void
  /** Takes an out-message that was found in the log at recovery. */
  recover(lsn: Lsn, gated: boolean): void
  /** Sends what may be sent now. */
  sendReady(): void
  /** Sends again, now, what waits for a timer. */
  retry(): void
  /** The receiver's answer; only channels to other hosts get one. */
  answered?(ack: Ack): void
  /** The host of that id has begun a new life: what was on its way there may be gone. */
  restarted?(peer: string): void
  /** Stops for ever. */
  close(): void
}
