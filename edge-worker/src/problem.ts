/**
 * Every error as a problem; nothing of what went wrong inside leaks out.
 *
 * @module
 */
import { DarqError } from '@darq/runtime'
import { isA, problemResponse } from '@darq/runtime/transport'
import { Forbidden } from './scope.ts'

/** @param isKnown who asks is known: what is `unauthorized` then is forbidden to them, 403 instead of 401 */
export function answerError(error: unknown, isKnown = false): Response {
  if (isA(error, Forbidden) || (isKnown && isA(error, DarqError) && error.code === 'unauthorized'))
    return problemResponse(error, 403)
  if (isA(error, DarqError)) return problemResponse(error)
  // A defect of this package or of the application: the log gets it, the caller gets a constant.
  console.error(error)
  return problemResponse(new DarqError('internal', { retryable: true, message: 'an internal error' }))
}

export function noSuchRoute(request: Request): Response {
  return problemResponse(new DarqError('unknown_address', { facts: { got: new URL(request.url).pathname } }))
}

export function wrongMethod(allowed: readonly string[], got: string): Response {
  const error = new DarqError('bad_frame', { facts: { expected: allowed.map((method) => method.toUpperCase()), got } })
  const response = problemResponse(error, 405)
  response.headers.set('Allow', allowed.join(', ').toUpperCase())
  return response
}
