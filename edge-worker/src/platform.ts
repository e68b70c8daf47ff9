/**
 * Where two worlds of types meet: Hono and the runtime speak of the web's `Request` and `Response`, the Durable Object API of
 * its own. At run time they are the same classes, so a cast is all there is to do; it is done here and nowhere else.
 *
 * @module
 */
import type {
  DurableObjectNamespace,
  Request as WorkersRequest,
  Response as WorkersResponse,
} from '@cloudflare/workers-types'

export function toWeb(request: WorkersRequest): Request {
  return request as unknown as Request
}

export function toWorkers(response: Response): WorkersResponse {
  return response as unknown as WorkersResponse
}

/** Asks the object of that name. */
export async function ask(objects: DurableObjectNamespace, name: string, request: Request): Promise<Response> {
  const response = await objects.getByName(name).fetch(request as unknown as WorkersRequest)
  return response as unknown as Response
}
