/**
 * Errors over HTTP, as a client reads them: RFC 9457 problem details, and statuses that somebody between us has answered.
 *
 * @module
 */
import { DarqError, type ErrorCode, type ErrorFacts, type Plain } from '../error.ts'
import { readBytes } from './body.ts'
import type { Problem } from './problem.ts'
import { isErrorCode } from './statuses.ts'
import { mediaType, problem_bytes_max } from './wire.ts'

/** Codes of a 5xx that the caller gets as they are; every other is the server's own trouble, and means "not there now". */
const passedOn: ReadonlySet<string> = new Set([
  'unavailable',
  'quota',
  'corrupt',
  'timeout',
  'backpressure',
  'withdrawn',
  'handler_failed',
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

function isCode(code: unknown): code is DarqError['code'] {
  return isErrorCode(code) || (typeof code === 'string' && code.startsWith('app:'))
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
