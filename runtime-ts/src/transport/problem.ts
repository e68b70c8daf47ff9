/**
 * Errors over HTTP: RFC 9457 problem details that carry a {@link DarqError}'s code, retryability and facts both ways.
 *
 * @module
 */
import { DarqError, type ErrorCode, type ErrorFacts, type Plain, toFacts } from '../error.ts'
import { readBytes } from './body.ts'
import { mediaType, problem_bytes_max } from './wire.ts'

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

interface Kind {
  readonly status: number
  readonly title: string
}

/**
 * The status of each code. A format that the reader doesn't know is 415: the request is well-formed, its media is of another
 * version. 409 is for what contradicts the DARQ's present state; 503 for what this host can't do now but the next life can.
 */
const kinds: Readonly<Record<ErrorCode, Kind>> = {
  fenced: { status: 503, title: 'A newer owner has taken over' },
  quota: { status: 507, title: 'The storage is full' },
  backpressure: { status: 429, title: 'Too much at once' },
  corrupt: { status: 500, title: 'Stored bytes are damaged' },
  newer_format: { status: 415, title: 'The format is newer than this code' },
  older_format: { status: 415, title: 'The format is older than this code knows' },
  closed: { status: 503, title: 'The host was closed' },
  storage: { status: 500, title: 'The storage failed' },
  internal: { status: 500, title: 'An internal error' },
  wasm_unavailable: { status: 500, title: 'The Wasm core can not be loaded' },
  gap: { status: 409, title: 'A sequence was skipped' },
  producer_expired: { status: 410, title: 'The producer was forgotten' },
  too_large: { status: 413, title: 'Too large' },
  bad_frame: { status: 400, title: 'The request is not as the format says' },
  unknown_address: { status: 404, title: 'No such address' },
  unknown_message: { status: 404, title: 'The address takes no such message' },
  schema: { status: 422, title: 'The body does not fit its schema' },
  invalid_argument: { status: 400, title: 'An option or argument is not valid' },
  newer_version: { status: 422, title: 'The message is of a newer version than this code' },
  unauthorized: { status: 401, title: 'Not authorized' },
  unavailable: { status: 503, title: 'Not available now' },
  peer_rewound: { status: 409, title: 'The other host has gone back in time' },
  forgotten: { status: 503, title: 'A state is older than what its host remembers' },
  session_lost: { status: 409, title: 'The session has seen a state that is lost' },
  peer_lost: { status: 409, title: 'The other host has lost its storage' },
  step_closed: { status: 500, title: 'A step was used after it ended' },
  step_empty: { status: 500, title: 'A step consumed nothing' },
  step_async: { status: 500, title: 'A step did not end at once' },
  conflict: { status: 409, title: 'It contradicts the present state' },
  withdrawn: { status: 503, title: 'It was undone' },
  dead_letter: { status: 422, title: 'It was put aside after too many attempts' },
  timeout: { status: 504, title: 'It took too long' },
  cancelled: { status: 409, title: 'It was cancelled' },
  nondeterministic: { status: 500, title: 'Replayed code took another way' },
}

const codes: ReadonlySet<string> = new Set(Object.keys(kinds))

function isCode(code: unknown): code is DarqError['code'] {
  return typeof code === 'string' && (codes.has(code) || code.startsWith('app:'))
}

function isErrorCode(code: DarqError['code']): code is ErrorCode {
  return codes.has(code)
}

/** @param status instead of the code's own: 403 for a bearer who is known but may not do this */
export function toProblem(error: unknown, status?: number): Problem {
  const { code, message, retryable, facts } = toFacts(error)
  const kind = isErrorCode(code) ? kinds[code] : { status: 422, title: 'Refused by the application' }
  // Fenced for good (a frame of an old epoch) is the sender's to understand; fenced for now is this host's own trouble.
  const own = code === 'fenced' && !retryable ? 409 : kind.status
  const problem = {
    type: `urn:darq:error:${code}`,
    title: kind.title,
    status: status ?? own,
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

/** The server's own troubles that the caller should take as "not there now", whatever their name. */
const passedOn: ReadonlySet<string> = new Set([
  'unavailable',
  'quota',
  'corrupt',
  'timeout',
  'backpressure',
  'withdrawn',
] satisfies ErrorCode[])

/**
 * @param response one whose status is not 2xx; its body is read
 * @returns the error that the server named, or the one that the status stands for. A 5xx of the server's own (it was fenced,
 * its storage failed) is `unavailable`, with the server's error as its cause.
 */
export async function errorOf(response: Response): Promise<DarqError> {
  const named = await namedError(response)
  if (response.status < 500) return named ?? fromStatus(response.status)
  if (named !== undefined && passedOn.has(named.code)) return named
  return new DarqError('unavailable', {
    facts: { status: response.status, ...(named === undefined ? {} : { code: named.code }) },
    ...(named === undefined ? {} : { cause: named }),
  })
}

async function namedError(response: Response): Promise<DarqError | undefined> {
  if (!(response.headers.get('Content-Type') ?? '').startsWith(mediaType.problem)) {
    await response.body?.cancel()
    return undefined
  }
  try {
    return fromProblem(JSON.parse(new TextDecoder().decode(await readBytes(response.body, problem_bytes_max))))
  } catch {
    // A problem that can't be read tells no more than its status does.
    return undefined
  }
}

/** @param problem what came as JSON. @returns `undefined` if it is no problem of ours */
export function fromProblem(problem: unknown): DarqError | undefined {
  if (typeof problem !== 'object' || problem === null) return undefined
  const { code, retryable, detail, message, facts }: Partial<Record<keyof Problem | keyof ErrorFacts, unknown>> =
    problem
  if (!isCode(code) || typeof retryable !== 'boolean') return undefined
  const said = typeof detail === 'string' ? detail : message
  return new DarqError(code, {
    retryable,
    ...(typeof said === 'string' ? { message: said } : {}),
    ...(isPlain(facts) ? { facts } : {}),
  })
}

/** JSON data is plain; `undefined` means that there are no facts. */
function isPlain(value: unknown): value is Exclude<Plain, undefined> {
  return value !== undefined
}

/** Somebody between us answered (a proxy, a wrong address): there is but a status to go by. */
function fromStatus(status: number): DarqError {
  const facts = { status }
  switch (status) {
    case 401:
    case 403:
      return new DarqError('unauthorized', { facts })
    case 404:
      return new DarqError('unknown_address', { facts })
    case 413:
      return new DarqError('too_large', { facts })
    case 408:
    case 425:
      return new DarqError('unavailable', { facts })
    case 429:
      return new DarqError('backpressure', { facts })
    default:
      return new DarqError('bad_frame', { facts })
  }
}
