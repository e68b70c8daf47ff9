/**
 * A WebSocket server for one test: RFC 6455 without extensions and without fragments, over Node's HTTP server. Its sockets
 * have the standard interface, as far as a stream uses it.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { SocketLike } from '@darq/runtime/processor'

const opcode_binary = 2
const opcode_close = 8
const key_suffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

class ServerSocket implements SocketLike {
  binaryType = 'arraybuffer'
  readyState = 1
  readonly #duplex: Duplex
  readonly #listeners = new Map<string, ((event: { readonly data: unknown }) => void)[]>()
  #waiting = Buffer.alloc(0)

  constructor(duplex: Duplex) {
    this.#duplex = duplex
    duplex.on('data', (bytes: Buffer) => {
      this.#waiting = Buffer.concat([this.#waiting, bytes])
      while (this.#next());
    })
    duplex.on('close', () => this.#end())
    duplex.on('error', () => this.#end())
  }

  addEventListener(type: string, listen: (event: { readonly data: unknown }) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listen])
  }

  send(data: Uint8Array): void {
    this.#write(opcode_binary, data)
  }

  close(): void {
    if (this.readyState !== 1) return
    this.#write(opcode_close, new Uint8Array())
    this.#duplex.end()
    this.readyState = 2
  }

  #emit(type: string, data?: unknown): void {
    for (const listen of this.#listeners.get(type) ?? []) listen({ data })
  }

  #end(): void {
    if (this.readyState === 3) return
    this.readyState = 3
    this.#emit('close')
  }

  #write(opcode: number, data: Uint8Array): void {
    const head = Buffer.alloc(10)
    head[0] = 128 | opcode
    head[1] = 127
    head.writeBigUInt64BE(BigInt(data.length), 2)
    const short = data.length < 126 ? Buffer.from([128 | opcode, data.length]) : undefined
    const middle = data.length < 65_536 ? Buffer.from([128 | opcode, 126, data.length >> 8, data.length & 255]) : head
    this.#duplex.write(Buffer.concat([short ?? middle, data]))
  }

  /** @returns whether there was a whole frame */
  #next(): boolean {
    const bytes = this.#waiting
    if (bytes.length < 2) return false
    const short = (bytes[1] ?? 0) & 127
    const at = short === 126 ? 4 : short === 127 ? 10 : 2
    if (bytes.length < at + 4) return false
    const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
    const from = at + 4
    if (bytes.length < from + length) return false
    const data = new Uint8Array(length)
    for (let i = 0; i < length; i += 1) data[i] = (bytes[from + i] ?? 0) ^ (bytes[at + (i & 3)] ?? 0)
    this.#waiting = bytes.subarray(from + length)
    const opcode = (bytes[0] ?? 0) & 15
    if (opcode === opcode_binary) this.#emit('message', data.buffer)
    if (opcode === opcode_close) this.close()
    return true
  }
}

export interface SocketServer {
  readonly url: string
  /** Breaks every connection, as a network does. */
  cut(): void
  close(): void
}

export async function serveSockets(accept: (socket: SocketLike) => void): Promise<SocketServer> {
  const server = createServer()
  const open = new Set<Duplex>()
  server.on('upgrade', (request, duplex) => {
    const key = `${request.headers['sec-websocket-key']}${key_suffix}`
    const answer = createHash('sha1').update(key).digest('base64')
    duplex.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${answer}\r\n\r\n`,
    )
    open.add(duplex)
    duplex.on('close', () => open.delete(duplex))
    accept(new ServerSocket(duplex))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const cut = () => {
    for (const duplex of open) duplex.destroy()
  }
  return {
    url: `ws://127.0.0.1:${port}`,
    cut,
    close() {
      cut()
      server.close()
    },
  }
}
