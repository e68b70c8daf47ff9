/**
 * A processor in another thread, over a `MessagePort` that Comlink hands across.
 *
 * @module
 */
import { expose, type Remote, transfer, wrap } from 'comlink'
import type { Darq } from '../engine/types.ts'
import { type RemoteOptions, remoteProcessor } from './remote.ts'
import type { MakeProcessor } from './remote-types.ts'
import { type Served, serveProcessor } from './session-server.ts'
import type { SessionServerOptions } from './session-server-options.ts'
import { portStream } from './stream-port.ts'
import { endpointOf, type WorkerLike } from './worker-endpoint.ts'

/** What a worker exposes. */
export interface ProcessorWorker {
  /** A DARQ's host is at the other end of `port`. Several may be attached. */
  attach(port: MessagePort): void
}

/**
 * In the worker: offers processors to the thread that made it. Call it once, while the worker's module is evaluated.
 *
 * @param make is called for every incarnation, of every DARQ that is attached here: `attached.name` says which
 * @param endpoint where the other thread is; default: the worker's global scope. In Node: `parentPort`.
 */
export function exposeProcessor(make: MakeProcessor, endpoint?: WorkerLike, options: RemoteOptions = {}): void {
  const worker: ProcessorWorker = {
    attach: (port) => void remoteProcessor(portStream(port), make, options),
  }
  expose(worker, endpoint && endpointOf(endpoint))
}

/**
 * Attaches the processor that `worker` exposes to a DARQ of this thread.
 *
 * @param worker of a browser or of Node, or a port
 */
export function attachInWorker(darq: Darq, worker: WorkerLike, options: SessionServerOptions = {}): Served {
  const { port1, port2 } = new MessageChannel()
  const served = serveProcessor(darq, portStream(port1), options)
  // A worker that has no such processor, or has died, never says hello: the session server doesn't wait for ever.
  proxyOf(worker)
    .attach(transfer(port2, [port2]))
    .catch(() => served.close())
  return served
}

/** Held as long as the worker: when a proxy is collected, Comlink makes the worker stop listening, for all others too. */
const proxies = new WeakMap<WorkerLike, Remote<ProcessorWorker>>()

function proxyOf(worker: WorkerLike): Remote<ProcessorWorker> {
  const known = proxies.get(worker)
  if (known) return known
  const proxy = wrap<ProcessorWorker>(endpointOf(worker))
  proxies.set(worker, proxy)
  return proxy
}
