/**
 * What a tab needs of its platform, and what is said where that is missing: for good (an older browser, an address that is
 * not secure), or by policy (a sandboxed frame, site data that are blocked).
 *
 * @module
 */
import { DarqError, type Plain } from '../error.ts'

/** The part of the global scope that tells. Not every platform has all that its types promise. */
export interface Platform {
  readonly isSecureContext?: boolean
  readonly origin?: string
  readonly navigator?: { readonly locks?: unknown }
  readonly BroadcastChannel?: unknown
}

/**
 * @returns why tabs can't share a host here; `undefined`: they can, as far as can be known without trying. Whether there is
 * IndexedDB is asked by the storage.
 */
export function missingHere(platform: Platform): DarqError | undefined {
  // Such an origin has no storage and no locks, though their objects are there.
  if (platform.origin === 'null')
    return unsupported('an origin', 'none: the frame is sandboxed', 'by policy', `add allow-same-origin to its sandbox`)
  if (platform.navigator?.locks === undefined)
    return platform.isSecureContext === false
      ? unsupported(
          'Web Locks',
          'an address that is not secure',
          'for good',
          'serve the page over https, or from localhost',
        )
      : unsupported('Web Locks', 'none', 'for good', 'use a newer browser')
  if (platform.BroadcastChannel === undefined)
    return unsupported('BroadcastChannel', 'none', 'for good', 'use a newer browser')
  return undefined
}

/** @returns what a request for a lock failed with, if the platform refuses locks altogether */
export function noLocks(thrown: unknown): DarqError | undefined {
  if (!(thrown instanceof DOMException) || thrown.name !== 'SecurityError') return undefined
  return unsupported('Web Locks', String(thrown), 'by policy', 'allow site data for this address', thrown)
}

/** @returns what `new Worker(…)` threw, as it is told */
export function noWorker(thrown: unknown): DarqError {
  const name = thrown instanceof Error || thrown instanceof DOMException ? thrown.name : ''
  if (name === 'SecurityError')
    return unsupported(
      'a worker',
      String(thrown),
      'by policy',
      'in a sandboxed frame add allow-same-origin; in a policy allow the script in worker-src',
      thrown,
    )
  if (name === 'ReferenceError')
    return unsupported('a worker', String(thrown), 'for good', 'use a newer browser', thrown)
  return new DarqError('internal', { cause: thrown, message: `the worker could not be made: ${thrown}` })
}

function unsupported(
  expected: string,
  got: Plain,
  lasts: 'for good' | 'by policy',
  what_to_do: string,
  cause?: unknown,
): DarqError {
  return new DarqError('unsupported', { cause, facts: { expected, got, lasts, do: what_to_do } })
}
