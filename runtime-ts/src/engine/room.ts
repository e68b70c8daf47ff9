/**
 * Room at a log's tail, and who may take how much of it.
 *
 * @module
 */
import type { Core, Lsn } from '@darq/core'
import { DarqError } from '../error.ts'

/** A log, as far as its room goes. */
export interface FillingLog {
  /** The DARQ's. */
  readonly name: string
  readonly core: Core
  /** Bytes of live log. */
  readonly log_bytes: number
}

/**
 * Who may fill a log how far. A log is never filled by what arrives: steps must be able to consume it. Nor by steps that
 * consume what came later: one that frees the oldest item, which keeps the log from being truncated, must find room.
 */
export const share_for_arrivals = 5 / 8
export const share_for_hand_overs = 3 / 4
const share_for_steps = 7 / 8

export function hasRoom({ core, log_bytes }: FillingLog, bytes: number, share: number): boolean {
  return log_bytes + bytes <= core.limits.log_bytes_max * share
}

const every_kind = 0xffff

/** Room at the log's tail for a step. @throws {DarqError} `backpressure` */
export function roomForStep(darq: FillingLog, bytes: number, consume: readonly Lsn[]): number {
  const { core } = darq
  if (hasRoom(darq, bytes, share_for_steps)) return room(darq, bytes, 1)
  const oldest = core.pending(core.start, every_kind) > 0 ? core.lsns[0] : undefined
  if (!consume.some((lsn) => lsn === oldest)) throw full(darq)
  return room(darq, bytes, 1)
}

/** Room at the log's tail. @throws {DarqError} `backpressure` */
export function room(darq: FillingLog, bytes: number, share: number): number {
  const at = hasRoom(darq, bytes, share) ? darq.core.reserve(bytes) : -1
  if (at < 0) throw full(darq)
  return at
}

export function full(darq: FillingLog): DarqError {
  const { log_bytes_max, producers_max } = darq.core.limits
  return new DarqError('backpressure', {
    facts: {
      expected: `a log of at most ${log_bytes_max} bytes and ${producers_max} producers and channels`,
      got: `${darq.name} has ${darq.log_bytes} bytes of live log`,
    },
  })
}
