/**
 * A stream over a standard WebSocket: a client's, or a server's that has the same interface (Deno, Bun, workerd).
 *
 * @module
 */
import { DarqError } from '../error.ts'
import type { Stream } from './stream.ts'

/** The part of the standard interface that is used. */
export interface SocketLike {
  binaryType: string
  readonly readyState: number
  send(data: Uint8Array<ArrayBuffer>): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'message', listen: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'open' | 'close' | 'error', listen: () => void): void
}

const open = 1

/** Waits until the socket is open. @throws {DarqError} `unavailable` when it does not open */
export function connectedSocket(socket: SocketLike): Promise<Stream> {
  if (socket.readyState === open) return Promise.resolve(socketStream(socket))
  return new Promise((resolve, reject) => {
    const failed = () => reject(new DarqError('unavailable', { message: 'the WebSocket did not open' }))
    socket.addEventListener('open', () => resolve(socketStream(socket)))
    socket.addEventListener('error', failed)
    socket.addEventListener('close', failed)
  })
}

/**
 * @param socket open, or accepted. What it brings before `receive` waits for that, so that opening and receiving may be in
 * different tasks.
 */
export function socketStream(socket: SocketLike): Stream {
  socket.binaryType = 'arraybuffer'
  const early: (() => void)[] = []
  let take: ((data: unknown) => void) | undefined
  let end: ((message: string) => void) | undefined
  let isOver = false
  const orLater = (run: () => void) => (take === undefined ? early.push(run) : run())

  socket.addEventListener('message', ({ data }) => orLater(() => take?.(data)))
  socket.addEventListener('close', () => orLater(() => end?.('the WebSocket was closed')))
  socket.addEventListener('error', () => orLater(() => end?.('the WebSocket has failed')))

  return {
    send(frame) {
      if (isOver || socket.readyState !== open) return
      try {
        socket.send(new Uint8Array(frame))
      } catch {
        // It is no longer open, and says so by its close event.
        socket.close()
      }
    },
    receive(handler) {
      end = (message) => {
        if (isOver) return
        isOver = true
        socket.close()
        handler.ended(new DarqError('unavailable', { message }))
      }
      take = (data) => {
        if (isOver) return
        if (data instanceof ArrayBuffer) handler.frame(new Uint8Array(data))
        else end?.('what came was no binary frame')
      }
      for (const run of early.splice(0)) run()
    },
    close() {
      isOver = true
      socket.close()
    },
  }
}
