/**
 * Where two worlds of types meet, as in the edge's own `platform.ts`: at run time they are the same class.
 *
 * @module
 */
import type { Response as WorkersResponse } from '@cloudflare/workers-types'

export function toWorkers(response: Response): WorkersResponse {
  return response as unknown as WorkersResponse
}
