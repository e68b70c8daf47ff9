/**
 * The routes of a host, as its engine sees them: one transport, and an address for each DARQ that lives elsewhere.
 *
 * @module
 */
import type { Transport } from '../../engine/types.ts'
import { DarqError } from '../../error.ts'
import type { Route } from '../wire/route.ts'
import type { Directory } from './directory.ts'

export class RoutedTransport {
  readonly transport: Transport
  readonly #directory: Directory
  readonly #transports: ReadonlyMap<Route, Transport>
  /** Which way an address lies. The engine asks for a DARQ's address before it sends there. */
  readonly #ways = new Map<string, Transport>()

  /** @param reply for addresses that no route gave */
  constructor(directory: Directory, reply: Transport | undefined, receive: (from: string, frame: Uint8Array) => void) {
    this.#directory = directory
    this.#transports = new Map(directory.routes.map((route) => [route, route.transport(receive)]))
    this.transport = {
      send: (host, frame) => {
        const way = this.#ways.get(host) ?? reply
        if (way === undefined)
          throw new DarqError('unavailable', { facts: { expected: 'an address of a route', got: host } })
        return way.send(host, frame)
      },
    }
  }

  /** The address of the host where a DARQ lives; `undefined`: here, or nowhere. */
  address(darq: string): string | undefined {
    const route = this.#directory.route(darq)
    const transport = route === undefined ? undefined : this.#transports.get(route)
    if (route === undefined || transport === undefined) return undefined
    const address = route.address(darq)
    this.#ways.set(address, transport)
    return address
  }
}
