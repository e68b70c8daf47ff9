/**
 * Frames between processes of this machine, over sockets that are named after their hosts.
 *
 * @module
 */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'

const head_bytes = 8

/** Cuts a stream into what was written, with who wrote it. */
class Reader {
  #left: Buffer = Buffer.alloc(0)
  readonly #take: (from: string, bytes: Uint8Array) => void

  constructor(take: (from: string, bytes: Uint8Array) => void) {
    this.#take = take
  }

  push(bytes: Buffer): void {
    let left = Buffer.concat([this.#left, bytes])
    while (left.length >= head_bytes) {
      const from_bytes = left.readUInt32LE(0)
      const end = head_bytes + from_bytes + left.readUInt32LE(4)
      if (left.length < end) break
      const from = left.toString('utf8', head_bytes, head_bytes + from_bytes)
      this.#take(from, Uint8Array.from(left.subarray(head_bytes + from_bytes, end)))
      left = left.subarray(end)
    }
    this.#left = left
  }
}

export class Wire {
  readonly #folder: string
  readonly #name: string
  readonly #sockets = new Map<string, Socket>()
  readonly #server: Server

  private constructor(folder: string, name: string, server: Server) {
    this.#folder = folder
    this.#name = name
    this.#server = server
  }

  /** @param take is given whatever others send to `name` */
  static async open(folder: string, name: string, take: (from: string, bytes: Uint8Array) => void): Promise<Wire> {
    const server = createServer((socket) => {
      const reader = new Reader(take)
      socket.on('data', (bytes: Buffer) => reader.push(bytes))
      socket.on('error', () => socket.destroy())
    })
    await new Promise<void>((resolve) => server.listen(join(folder, name), resolve))
    return new Wire(folder, name, server)
  }

  send(to: string, bytes: Uint8Array): void {
    let socket = this.#sockets.get(to)
    if (socket === undefined) {
      socket = connect(join(this.#folder, to))
      socket.setNoDelay(true)
      socket.on('error', () => this.#sockets.delete(to))
      this.#sockets.set(to, socket)
    }
    const from = Buffer.from(this.#name)
    const head = Buffer.alloc(head_bytes)
    head.writeUInt32LE(from.length, 0)
    head.writeUInt32LE(bytes.length, 4)
    socket.write(Buffer.concat([head, from, bytes]))
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.destroy()
    this.#server.close()
  }
}
