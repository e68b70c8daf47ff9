/**
 * A port that nobody listens on now.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer } from 'node:net'

/** For servers that can't be asked which one they took. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('a server without a port')
  return address.port
}
