/**
 * The edge of the stream: the board in a Durable Object.
 *
 * @module
 */
import type { DurableObjectNamespace } from '@cloudflare/workers-types'
import { darq, signedToken } from '@darq/edge'
import { demoObject } from '../demo-object.ts'
import { board } from './lateness.ts'

export interface BoardEnv {
  readonly BOARD: DurableObjectNamespace
  /** At least 32 bytes. */
  readonly TOKEN_SECRET: string
}

export const boardEdge = darq<BoardEnv>({
  object: (env) => env.BOARD,
  participants: () => [board],
  authorize: signedToken((env) => env.TOKEN_SECRET),
})

export class BoardObject extends demoObject(boardEdge) {}
