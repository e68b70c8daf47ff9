/**
 * The way to DARQs that live on other hosts: a pattern of names (in `routes`) leads to a `Route`.
 *
 * @module
 */
import type { Transport } from '../../engine/types.ts'
import type { Link } from './link.ts'

export const routeKind: unique symbol = Symbol('route')

export interface Route {
  readonly [routeKind]: 'route'
  /** The address of the host of that DARQ: what `Transport.send` takes. */
  address(darq: string): string
  /** Opens the way for channels: `receive` is given every frame that comes back. */
  transport(receive: (from: string, frame: Uint8Array) => void): Transport
  /** The way for clients. */
  link(): Link
}
