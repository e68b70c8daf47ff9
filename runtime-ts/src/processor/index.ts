/**
 * Processors wherever they are: beside their DARQ, in another thread, across a network. One interface, three carriers.
 *
 * @module
 */
export { attachColocated, type ColocatedOptions } from './colocated.ts'
export { attachInWorker, exposeProcessor, type ProcessorWorker } from './in-worker.ts'
export { type Connect, type RemoteHold, type RemoteLimits, type RemoteOptions, remoteProcessor } from './remote.ts'
export type * from './remote-types.ts'
export { openSeat, type Seat, type Served, serveProcessor } from './seat.ts'
export type { SeatLimits, SeatOptions } from './seat-options.ts'
export type { Stream, StreamHandler } from './stream.ts'
export { type PairOptions, type StreamPair, streamPair } from './stream-pair.ts'
export { portStream } from './stream-port.ts'
export { connectedSocket, type SocketLike, socketStream } from './stream-socket.ts'
export type { EmittingWorker, WorkerLike } from './worker-endpoint.ts'
