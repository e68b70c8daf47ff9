/**
 * Ways between hosts, and from clients to hosts.
 *
 * @module
 */
export { remote } from './http.ts'
export type { HttpOptions } from './http-endpoint.ts'
export { httpLink } from './http-link.ts'
export { type Fate, inProcess, type Joined, type Network, type NetworkOptions, type Receive } from './in-process.ts'
