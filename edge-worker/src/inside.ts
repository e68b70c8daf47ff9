/**
 * The request as it crosses from the worker to the object: a fixed base, and the scope that the worker has verified. An
 * object is reached through its binding only, so what stands here was written by this package.
 *
 * @module
 */
import { DarqError } from '@darq/runtime'
import { darqUrl } from '@darq/runtime/transport'
import { actions, parseScope, type Scope } from './scope.ts'

const base = 'https://object'
const scopeHeader = 'Darq-Scope'
const keyHeader = 'Darq-Key'

/** What one object of this deployment may do at another. */
const everything: Scope = { names: ['*'], actions, producers: ['*'] }

/** A DARQ, and in a family whose keys share some, which of them is meant. */
export interface Target {
  readonly darq: string
  readonly key?: string
}

/** @param path behind the name, with its leading slash, its query included */
export function inwards(request: Request, { darq, key }: Target, path: string, scope: Scope): Request {
  const inside = new Request(`${darqUrl(base, darq)}${path}`, request)
  inside.headers.delete('Authorization')
  inside.headers.delete(keyHeader)
  if (key !== undefined) inside.headers.set(keyHeader, encodeURIComponent(key))
  inside.headers.set(scopeHeader, encodeURIComponent(JSON.stringify(scope)))
  return inside
}

/** @returns which of those that share the DARQ is meant; undefined: the content says so, if there are several */
export function keyOf(request: Request): string | undefined {
  const key = request.headers.get(keyHeader)
  return key === null ? undefined : decodeURIComponent(key)
}

/** For `httpLink(siblingUrl, { fetch })`, whose requests come from an object, not through the worker. */
export const siblingUrl = base

export function fromSibling(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
): { name: string; request: Request } {
  const request = new Request(input, init)
  request.headers.set(scopeHeader, encodeURIComponent(JSON.stringify(everything)))
  const [, name = ''] = new URL(request.url).pathname.split('/')
  return { name: decodeURIComponent(name), request }
}

/** @throws {DarqError} `unauthorized` */
export function scopeOf(request: Request): Scope {
  const scope = parseScope(parse(request.headers.get(scopeHeader) ?? ''))
  if (scope === undefined)
    throw new DarqError('unauthorized', { message: 'an object is asked through its worker only' })
  return scope
}

function parse(text: string): unknown {
  try {
    return JSON.parse(decodeURIComponent(text))
  } catch {
    return undefined
  }
}
