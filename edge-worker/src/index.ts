/**
 * DARQ at the edge: a Hono app over Durable Objects.
 *
 * @module
 */
export { darq, type Edge, type EdgeOptions } from './darq.ts'
export type { Action, Authorize, Scope } from './scope.ts'
export { signedToken, signToken } from './signed-token.ts'
