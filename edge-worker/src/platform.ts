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
import { DarqError } from '@darq/runtime'
import type { ErrorFacts } from '@darq/runtime/transport'
import type { FrameTaker } from './siblings.ts'

export function toWeb(request: WorkersRequest): Request {
  return request as unknown as Request
}

export function toWorkers(response: Response): WorkersResponse {
  return response as unknown as WorkersResponse
}

/**
 * Asks the object of that name.
 *
 * @throws {DarqError} `unavailable` when it was lost before it had answered: the outcome is unknown. `backpressure` when the
 * platform says that it has too much to do.
 */
export async function ask(objects: DurableObjectNamespace, name: string, request: Request): Promise<Response> {
  try {
    const response = await objects.getByName(name).fetch(request as unknown as WorkersRequest)
    return response as unknown as Response
  } catch (cause) {
    throw notReached(cause)
  }
}

/**
 * Calls `takeFrame` of the object of that name.
 *
 * @param from the host of the object that calls
 * @throws {DarqError} as {@link ask}
 */
export async function handOver(
  objects: DurableObjectNamespace,
  name: string,
  from: string,
  frame: Uint8Array,
): Promise<ErrorFacts | undefined> {
  try {
    const object = objects.getByName(name) as unknown as FrameTaker
    return await object.takeFrame(from, frame)
  } catch (cause) {
    throw notReached(cause)
  }
}

function notReached(cause: unknown): DarqError {
  const overloaded = cause instanceof Error && 'overloaded' in cause && cause.overloaded === true
  return new DarqError(overloaded ? 'backpressure' : 'unavailable', { cause, message: 'the object did not answer' })
}

type ByteTransform = new () => TransformStream<Uint8Array, Uint8Array>

/**
 * A pair of streams: what is written to one can be read from the other. workerd's own kind where there is one: it alone finds
 * out, at the next write, that the client has left; behind a `ReadableStream` of our own, writing would go on for ever.
 */
export function identityStream(): TransformStream<Uint8Array, Uint8Array> {
  const native = (globalThis as { readonly IdentityTransformStream?: ByteTransform }).IdentityTransformStream
  return native === undefined ? new TransformStream<Uint8Array, Uint8Array>() : new native()
}
