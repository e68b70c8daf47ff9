/**
 * A worker as Comlink wants it: browsers' workers and all ports are; Node's `Worker` speaks in emitter's words.
 *
 * @module
 */
import type { Endpoint } from 'comlink'

/** A `Worker` of `node:worker_threads`. */
export interface EmittingWorker {
  postMessage(message: unknown, transfer?: readonly never[]): void
  on(event: 'message', listen: (data: unknown) => void): unknown
  off(event: 'message', listen: (data: unknown) => void): unknown
}

export type WorkerLike = Endpoint | EmittingWorker

export function endpointOf(worker: WorkerLike): Endpoint {
  if ('addEventListener' in worker) return worker
  const listening = new Map<EventListenerOrEventListenerObject, (data: unknown) => void>()
  return {
    // The same call in Node and in browsers, but for the types of what may be transferred.
    postMessage: (message: unknown, transfer: Transferable[] = []) => worker.postMessage(message, transfer as never[]),
    addEventListener(_type, listener) {
      const listen = (data: unknown) => {
        const event = new MessageEvent('message', { data })
        if (typeof listener === 'function') listener(event)
        else listener.handleEvent(event)
      }
      listening.set(listener, listen)
      worker.on('message', listen)
    },
    removeEventListener(_type, listener) {
      const listen = listening.get(listener)
      if (listen) worker.off('message', listen)
      listening.delete(listener)
    },
  }
}
