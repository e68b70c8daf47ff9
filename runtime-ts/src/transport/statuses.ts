/**
 * The HTTP status of each code.
 *
 * @module
 */
import type { ErrorCode } from '../error.ts'

/**
 * A format that the reader doesn't know is 415: the request is well-formed, its media is of another version. 409 is for what
 * contradicts the DARQ's present state; 503 for what this host can't do now but the next life can.
 */
export const statuses: Readonly<Record<ErrorCode, number>> = {
  fenced: 503,
  quota: 507,
  backpressure: 429,
  corrupt: 500,
  newer_format: 415,
  older_format: 415,
  closed: 503,
  storage: 500,
  internal: 500,
  unsupported: 501,
  version_gone: 410,
  wasm_unavailable: 500,
  gap: 409,
  producer_expired: 410,
  too_large: 413,
  bad_frame: 400,
  unknown_address: 404,
  unknown_message: 404,
  schema: 422,
  invalid_argument: 400,
  newer_version: 422,
  unauthorized: 401,
  unavailable: 503,
  peer_rewound: 409,
  forgotten: 503,
  session_lost: 409,
  peer_lost: 409,
  step_closed: 500,
  step_empty: 500,
  step_async: 500,
  conflict: 409,
  handler_failed: 500,
  withdrawn: 503,
  dead_letter: 422,
  timeout: 504,
  cancelled: 409,
  nondeterministic: 500,
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(statuses, code)
}
