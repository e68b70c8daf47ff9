/**
 * The chain without this library: what one would write on the platform as it is.
 *
 * @module
 */
import { nextOf, type Request } from '../link.ts'

/** What is needed of the platform's types. */
export interface GatedState {
  readonly id: { readonly name?: string }
  readonly storage: {
    put(key: string, value: Request): Promise<void>
    sync(): Promise<void>
  }
}

export interface GatedNamespace {
  getByName(name: string): { pass(request: Request): Promise<number> }
}

/**
 * Notes a request, and passes it on. The output gate holds the call to the next object until the note is flushed; what is
 * added to that is waited for.
 *
 * @returns when the last one's note was flushed, by the clock of the process
 */
export async function passOn(
  { id, storage }: GatedState,
  objects: GatedNamespace,
  flush_ms: number,
  request: Request,
): Promise<number> {
  void storage.put(request.loop, request)
  const next = nextOf(id.name ?? '')
  if (flush_ms > 0 || next === undefined) await storage.sync()
  if (flush_ms > 0) await new Promise<void>((resolve) => setTimeout(resolve, flush_ms))
  return next === undefined ? Date.now() : await objects.getByName(next).pass(request)
}
