/**
 * A client of a host that is reached over HTTP.
 *
 * @module
 */
import { openClient } from '../crest/client/client.ts'
import type { Client } from '../crest/client/client-types.ts'
import { mintProducer } from '../crest/wire/producer-id.ts'
import { Session } from '../crest/wire/session.ts'
import type { HttpOptions } from './http-endpoint.ts'
import { httpLink } from './http-link.ts'

export interface ConnectOptions extends HttpOptions {
  /**
   * The producer id under which this client sends: one that the token owns. With an id that outlives this client, and
   * messages that the application numbers itself, sending goes on exactly where it was. Default: a new one.
   */
  readonly producer?: string
  /**
   * What another client has seen (`client.session`), or `''`. Then this client keeps a session too: what it sends depends on
   * what it has seen, and a host that can't have that refuses with `session_lost`. Without it, it keeps none.
   */
  readonly session?: string
}

/**
 * @param url of the mounted routes, such as `https://edge.example/darq`
 *
 * @example
 * ```ts
 * await using edge = connect('https://edge.example/darq', { token })
 * await edge.send(Counter.add('clicks', 1)).committed
 * ```
 */
export function connect(url: string | URL, options: ConnectOptions = {}): Client {
  const { producer, session: text, ...http } = options
  const session = text === undefined ? undefined : new Session(text)
  return openClient({
    link: httpLink(url, http),
    ...(session && { session }),
    producer: producer ?? mintProducer('client', Date.now(), crypto.randomUUID()),
    fresh: producer === undefined,
  })
}
