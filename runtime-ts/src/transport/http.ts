/**
 * Channels over HTTP: one frame out in a POST, the frame that answers it back in the response.
 *
 * @module
 */
import { type Route, routeKind } from '../crest/wire/route.ts'
import type { Transport } from '../engine/types.ts'
import { HttpEndpoint, type HttpOptions } from './http-endpoint.ts'
import { httpLink } from './http-link.ts'
import { darqUrl, mediaType } from './wire.ts'

/** What a frame that comes back may weigh: an answer holds no messages, but a lineage. */
const answer_bytes_max = 1024 * 1024

/**
 * The way to the DARQs behind `url`, a server that speaks this package's HTTP binding (`@darq/edge`).
 *
 * @param url of the mounted routes, such as `https://edge.example/darq`
 *
 * @example
 * ```ts
 * serveTab({ name: 'shop', participants: [counter], routes: { 'account/*': remote('https://edge.example/darq') } })
 * ```
 */
export function remote(url: string | URL, options: HttpOptions = {}): Route {
  const endpoint = new HttpEndpoint(url, options)
  return {
    [routeKind]: 'route',
    address: (darq) => darqUrl(endpoint.url, darq),
    transport: (receive) => frameTransport(endpoint, receive),
    link: () => httpLink(url, options),
  }
}

/**
 * One frame is answered by exactly one frame: at once, or when what it brought is committed. `send` resolves when the answer
 * was handed to `receive`.
 *
 * @throws {DarqError} by `send`: `unavailable` when the outcome is unknown, else what the server or `receive` refused the
 * frame with
 */
function frameTransport(endpoint: HttpEndpoint, receive: (from: string, frame: Uint8Array) => void): Transport {
  return {
    async send(address, frame) {
      const headers = { 'Content-Type': mediaType.frame, Accept: mediaType.frame }
      const reply = await endpoint.request(
        `${address}/frames`,
        { method: 'POST', headers, body: frame },
        answer_bytes_max,
      )
      receive(address, reply.bytes)
    },
  }
}
