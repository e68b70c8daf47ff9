/**
 * Scopes in signed tokens: JSON Web Tokens (RFC 7519) under HMAC-SHA-256, sent as bearer tokens (RFC 6750).
 *
 * @module
 */
import { DarqError } from '@darq/runtime'
import { sign, verify } from 'hono/jwt'
import { type Authorize, parseScope, type Scope } from './scope.ts'

/** RFC 7518, 3.2: a key as long as the hash at least. */
const secret_bytes_min = 32
const token_characters_max = 8192

/**
 * Authorizes by a token that {@link signToken} made with the same secret.
 *
 * @param secret at least 32 bytes of UTF-8
 *
 * @example
 * ```ts
 * const bank = darq<Env>({
 *   object: (env) => env.BANK,
 *   participants: () => [account],
 *   authorize: signedToken((env) => env.TOKEN_SECRET),
 * })
 * ```
 */
export function signedToken<Env extends object>(secret: (env: Env) => string): Authorize<Env> {
  return async (request, env) => {
    const key = checkedSecret(secret(env))
    const [, token] = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(request.headers.get('Authorization') ?? '') ?? []
    if (token === undefined) throw refused('a bearer token is needed')
    if (token.length > token_characters_max) throw refused('the token is not valid')
    const payload = await verify(token, key, 'HS256').catch(() => undefined)
    const scope = parseScope(payload && { ...payload, subject: payload.sub })
    // A token without an end could never be taken back.
    if (scope === undefined || typeof payload?.exp !== 'number') throw refused('the token is not valid')
    return scope
  }
}

/**
 * @param options `expires_s`: seconds from now, at least 1. `now_ms`: instead of the clock.
 * @returns a token for `Authorization: Bearer …`
 * @example
 * ```ts
 * const token = await signToken(env.TOKEN_SECRET, { names: ['account/bob'], actions: ['send', 'query'], producers: ['bob:*'] }, { expires_s: 3600 })
 * ```
 */
export async function signToken(
  secret: string,
  scope: Scope,
  options: { expires_s: number; now_ms?: number },
): Promise<string> {
  if (!(options.expires_s >= 1)) throw new RangeError(`expires_s: at least 1, got ${options.expires_s}`)
  const now_s = Math.floor((options.now_ms ?? Date.now()) / 1000)
  const { names, actions, producers, subject } = scope
  const stated = subject === undefined ? {} : { sub: subject }
  return await sign(
    { names, actions, producers, ...stated, iat: now_s, exp: now_s + Math.ceil(options.expires_s) },
    checkedSecret(secret),
    'HS256',
  )
}

/** The messages are constant: they tell nothing of the secret, nor why a token was refused. */
function refused(message: string): DarqError {
  return new DarqError('unauthorized', { message })
}

function checkedSecret(secret: unknown): string {
  if (typeof secret !== 'string' || new TextEncoder().encode(secret).length < secret_bytes_min)
    throw new DarqError('unavailable', {
      retryable: false,
      message: `the server's token secret must have at least ${secret_bytes_min} bytes`,
    })
  return secret
}
