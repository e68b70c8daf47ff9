/**
 * One HTTP server, as both the channels and the clients use it: authorized requests with a time-out, errors with their type.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import { readBytes } from './body.ts'
import { errorOf } from './read-problem.ts'

export interface HttpOptions {
  /** Sent as a bearer token. A function is asked before each request, so that it can renew the token. */
  readonly token?: string | (() => Promise<string>)
  /** Instead of the platform's own. */
  readonly fetch?: typeof fetch
  /** Until a whole reply, or a stream's first byte, is there. Default 15,000 ms: a server answers within 10 s. */
  readonly timeout_ms?: number
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly signal?: AbortSignal
}

/** A whole reply. */
export interface Reply {
  readonly headers: Headers
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** A reply whose body is still coming. */
export interface StreamedReply {
  readonly headers: Headers
  readonly body: ReadableStream<Uint8Array>
  /** Drops the connection. */
  abort(): void
}

const timeout_ms_default = 15_000

export class HttpEndpoint {
  /** Without a slash at its end. */
  readonly url: string
  readonly #token: HttpOptions['token']
  readonly #fetch: typeof fetch
  readonly #timeout_ms: number

  constructor(url: string | URL, options: HttpOptions) {
    this.url = String(url).replace(/\/+$/, '')
    this.#token = options.token
    // Called as a plain function: the platform's fetch refuses any other `this`.
    const given = options.fetch
    this.#fetch = given === undefined ? (input, init) => fetch(input, init) : (input, init) => given(input, init)
    this.#timeout_ms = options.timeout_ms ?? timeout_ms_default
  }

  /**
   * @returns the reply to a request that was answered with 2xx
   * @throws {DarqError} the server's error for 4xx; `unavailable` for 5xx, a time-out or a lost connection: the outcome is unknown
   */
  async request(url: string, request: HttpRequest, reply_bytes_max: number): Promise<Reply> {
    return await this.#exchange(url, request, async (response) => ({
      headers: response.headers,
      bytes: await readBytes(response.body, reply_bytes_max),
    }))
  }

  /** As {@link request}, but resolves with the reply's first byte: the time-out ends there. */
  async stream(url: string, request: HttpRequest): Promise<StreamedReply> {
    const dropping = new AbortController()
    const signal = request.signal === undefined ? dropping.signal : AbortSignal.any([request.signal, dropping.signal])
    return await this.#exchange(url, { ...request, signal }, async ({ headers, body }) => {
      if (body === null) throw new DarqError('bad_frame', { facts: { expected: 'a stream', got: 'an empty reply' } })
      return { headers, body, abort: () => dropping.abort() }
    })
  }

  async #exchange<T>(url: string, request: HttpRequest, take: (response: Response) => Promise<T>): Promise<T> {
    // Copied before anything is awaited: the bytes may be a view of memory that moves on.
    const body = request.body === undefined ? undefined : new Uint8Array(request.body)
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), this.#timeout_ms)
    const signal = request.signal === undefined ? late.signal : AbortSignal.any([request.signal, late.signal])
    try {
      const headers = new Headers(request.headers)
      const token = typeof this.#token === 'function' ? await this.#token() : this.#token
      if (token !== undefined) headers.set('Authorization', `Bearer ${token}`)
      const response = await this.#fetch(url, {
        method: request.method,
        headers,
        signal,
        ...(body === undefined ? {} : { body }),
      })
      if (!response.ok) throw await errorOf(response)
      return await take(response)
    } catch (error) {
      if (error instanceof DarqError) throw error
      if (late.signal.aborted) throw new DarqError('unavailable', { facts: { timeout_ms: this.#timeout_ms } })
      if (request.signal?.aborted) throw new DarqError('cancelled', { cause: error })
      throw new DarqError('unavailable', { cause: error, message: 'the server could not be reached' })
    } finally {
      clearTimeout(timer)
    }
  }
}
