/**
 * Processors wherever they are: beside their DARQ, in another thread, across a network. One interface, three carriers.
 *
 * @module
 */
export { attachColocated, type ColocatedOptions } from './colocated.ts'
export { attachInWorker, exposeProcessor, type ProcessorWorker } from './in-worker.ts'
export { type Connect, type RemoteHold, type RemoteLimits, type RemoteOptions, remoteProcessor } from './remote.ts'
export type * from './remote-types.ts'
export { openSessionServer, type Served, type SessionServer, serveProcessor } from './session-server.ts'
export type { SessionServerLimits, SessionServerOptions } from './session-server-options.ts'
export type { Stream, StreamHandler } from './stream.ts'
export { type PairOptions, type StreamPair, streamPair } from './stream-pair.ts'
export { portStream } from './stream-port.ts'
export { connectedSocket, type SocketLike, socketStream } from './stream-socket.ts'
export type { EmittingWorker, WorkerLike } from './worker-endpoint.ts'
