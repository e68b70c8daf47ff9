import { openEngine } from '@darq/runtime/engine'
import { connectedSocket, openSessionServer, remoteProcessor, socketStream } from '@darq/runtime/processor'
import { memory } from '@darq/runtime/storage'
import { expect, test } from 'vitest'
import { platformClock } from '../../runtime-ts/src/clock.ts'
import { id, messages, sequence } from '../engine/world.ts'
import { Keeper } from './fixture/processors.ts'
import { serveSockets } from './socket-server.ts'

const clock = platformClock()
const texts = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`)

async function hosted() {
  const engine = await openEngine({ name: 'host', storage: memory(), clock, random: Math.random, core: 'typescript' })
  const darq = engine.darq('d')
  const sessions = openSessionServer(darq, { limits: { resume_ms: 5_000 } })
  const server = await serveSockets((socket) => void sessions.serve(socketStream(socket)))
  const consumed = () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const unwatch = darq.watch(() => {
      if (darq.waiting === 0) resolve()
    })
    return promise.finally(unwatch)
  }
  return { engine, darq, server, consumed }
}

test('a processor steps over a real WebSocket, and goes on over another when it breaks', async () => {
  const { engine, darq, server, consumed } = await hosted()
  const keepers: Keeper[] = []
  let sockets = 0
  const hold = remoteProcessor(
    () => {
      sockets += 1
      return connectedSocket(new WebSocket(server.url))
    },
    () => {
      const keeper = new Keeper()
      keepers.push(keeper)
      return keeper
    },
    { limits: { retry_ms: 1 } },
  )
  darq.enqueue(id('p'), sequence(1), messages(...texts(1, 200)))
  await consumed()
  server.cut()
  darq.enqueue(id('p'), sequence(201), messages(...texts(201, 300)))
  await consumed()
  expect(sockets).toBeGreaterThan(1)
  expect(keepers.map(({ seen }) => seen)).toEqual([texts(1, 300)])
  expect(engine.counts.steps).toBe(300)
  hold.close()
  await expect(hold.ended).resolves.toBeUndefined()
  server.close()
})

test('a large message comes through a real WebSocket whole, both ways', async () => {
  const { engine, darq, server, consumed } = await hosted()
  const large = 'x'.repeat(300_000)
  const keeper = new Keeper()
  const hold = remoteProcessor(
    () => connectedSocket(new WebSocket(server.url)),
    () => keeper,
  )
  darq.enqueue(id('p'), sequence(1), messages(large))
  await consumed()
  expect(keeper.seen).toEqual([large])
  expect(darq.log_bytes).toBeGreaterThan(300_000)
  expect(engine.counts.steps).toBe(1)
  hold.close()
  server.close()
})

test('a socket that does not open is an error that may be tried again', async () => {
  const { server } = await hosted()
  server.close()
  await expect(connectedSocket(new WebSocket(server.url))).rejects.toMatchObject({
    code: 'unavailable',
    retryable: true,
  })
})
