/**
 * What becomes of a message that can't be handled.
 *
 * @module
 */
import { asError, DarqError, isA } from '../../error.ts'
import { decodeEnvelope, type Envelope, encodeEnvelope } from './envelope.ts'

const encoder = new TextEncoder()

/** @returns what the application's code has thrown, as the one error class; it may be tried again */
export function handlerError(thrown: unknown): DarqError {
  return asError(thrown, 'handler_failed', { retryable: true })
}

/** @returns what this package's own code has thrown, as the one error class; it may be tried again */
export function ownError(thrown: unknown): DarqError {
  return asError(thrown, 'internal', { retryable: true })
}

/** What an effect throws that is its outcome: it is told as it is, and not tried again, retryable or not. */
export class Final extends Error {
  readonly error: DarqError

  constructor(error: DarqError) {
    super(error.message, { cause: error })
    this.error = error
  }
}

/** The log or another limit is full for now: no fault of the message. */
export function isBackpressure(thrown: unknown): boolean {
  return isA(thrown, DarqError) && thrown.code === 'backpressure'
}

/** `refuse`: it would be refused again. */
export function isRefusal(error: DarqError): boolean {
  return error.code.startsWith('app:')
}

/** @returns the envelope, if there is one to be read */
export function readable(bytes: Uint8Array): Envelope | undefined {
  try {
    return decodeEnvelope(bytes)
  } catch {
    return undefined // its error has been said when the message was refused
  }
}

/** A message as it is set aside: its caller has been told, and its timer has fired, so neither counts when it is queued again. */
export function onItsOwn(bytes: Uint8Array, envelope: Envelope | undefined): Uint8Array {
  if (envelope === undefined || (envelope.asker === undefined && envelope.timer === undefined)) return bytes
  const { name, body, version, echo, key, many } = envelope
  const payload = encodeEnvelope({
    ...{ name, body, version },
    ...(echo !== undefined && { echo }),
    ...(key !== undefined && { key }),
    ...(many !== undefined && { many }),
  })
  return typeof payload === 'string' ? encoder.encode(payload) : payload
}
