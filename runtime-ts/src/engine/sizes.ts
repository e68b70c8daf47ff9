/**
 * How large what is written may be. `message_bytes_max` is what may come in from outside. The runtime puts something around
 * it: on its way to another DARQ an asker's address and note, in a record of its own the error that it has ended with, or the
 * answer. Each layer has more room than the one before it, so that what was taken can always be passed on and kept.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import type { EngineLimits } from './types.ts'

type Sized = Pick<EngineLimits, 'message_bytes_max'>

const wrapping_bytes = 65_536
const core_bytes_max = 2 ** 30

/** Of a message from one DARQ to another. */
export function sentMax({ message_bytes_max }: Sized): number {
  return message_bytes_max + wrapping_bytes
}

/** Of a record of state: it may hold what was asked and what was answered. */
export function recordMax({ message_bytes_max }: Sized): number {
  return Math.min(2 * message_bytes_max + wrapping_bytes, core_bytes_max)
}

export function tooLarge(bytes_max: number, got?: number): DarqError {
  const expected = `payloads of at most ${bytes_max} bytes`
  return new DarqError('too_large', { facts: got === undefined ? { expected } : { expected, got } })
}
