/**
 * Errors over HTTP, as a server says them: RFC 9457 problem details that carry a {@link DarqError}'s code, retryability and facts.
 *
 * @module
 */
import { type ErrorCode, toFacts } from '../error.ts'
import { isErrorCode, statuses } from './statuses.ts'
import { mediaType } from './wire.ts'

/** What stands in an `application/problem+json` body. */
export interface Problem {
  /** `urn:darq:error:<code>`: an identifier, not a place. */
  readonly type: string
  /** The same for every error of this code. */
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly retryable: boolean
  readonly facts?: unknown
}

/** For people. Only who answers has it: who reads goes by the code. */
const titles: Readonly<Record<ErrorCode, string>> = {
  fenced: 'A newer owner has taken over',
  quota: 'The storage is full',
  backpressure: 'Too much at once',
  corrupt: 'Stored bytes are damaged',
  newer_format: 'The format is newer than this code',
  older_format: 'The format is older than this code knows',
  closed: 'The host was closed',
  storage: 'The storage failed',
  internal: 'An internal error',
  unsupported: 'The platform lacks what is needed',
  version_gone: 'This version of the page is gone',
  wasm_unavailable: 'The Wasm core can not be loaded',
  gap: 'A sequence was skipped',
  producer_expired: 'The producer was forgotten',
  too_large: 'Too large',
  bad_frame: 'The request is not as the format says',
  unknown_address: 'No such address',
  unknown_message: 'The address takes no such message',
  schema: 'The body does not fit its schema',
  invalid_argument: 'An option or argument is not valid',
  newer_version: 'The message is of a newer version than this code',
  unauthorized: 'Not authorized',
  unavailable: 'Not available now',
  peer_rewound: 'The other host has gone back in time',
  forgotten: 'A state is older than what its host remembers',
  session_lost: 'The session has seen a state that is lost',
  peer_lost: 'The other host has lost its storage',
  step_closed: 'A step was used after it ended',
  step_empty: 'A step consumed nothing',
  step_async: 'A step did not end at once',
  conflict: 'It contradicts the present state',
  handler_failed: 'The application’s code failed',
  withdrawn: 'It was undone',
  dead_letter: 'It was put aside after too many attempts',
  timeout: 'It took too long',
  cancelled: 'It was cancelled',
  nondeterministic: 'Replayed code took another way',
}

/** @param status instead of the code's own: 403 for a bearer who is known but may not do this */
export function toProblem(error: unknown, status?: number): Problem {
  const { code, message, retryable, facts } = toFacts(error)
  const [own, title] = isErrorCode(code) ? [statuses[code], titles[code]] : [422, 'Refused by the application']
  // Fenced for good (a frame of an old epoch) is the sender's to understand; fenced for now is this host's own trouble.
  const contradicts = code === 'fenced' && !retryable
  const problem = {
    type: `urn:darq:error:${code}`,
    title,
    status: status ?? (contradicts ? 409 : own),
    detail: message,
    code,
    retryable,
  }
  return facts === undefined ? problem : { ...problem, facts }
}

/** A response with the problem, its status, and `Retry-After` where the same request may succeed later. */
export function problemResponse(error: unknown, status?: number): Response {
  const problem = toProblem(error, status)
  const headers = new Headers({ 'Content-Type': mediaType.problem, 'Cache-Control': 'no-store' })
  if (problem.retryable && (problem.status === 429 || problem.status === 503)) headers.set('Retry-After', '1')
  if (problem.status === 401) headers.set('WWW-Authenticate', 'Bearer')
  return new Response(JSON.stringify(problem, bytesAsLength), { status: problem.status, headers })
}

/** JSON has no bytes: facts say how many there were. */
function bytesAsLength(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { bytes: value.length } : value
}
