/** A client's session over HTTP, in a real workerd: what it sends next can't overtake what it has seen. */
import { DarqError } from '@darq/runtime'
import { connect } from '@darq/runtime/transport'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Edge, openEdge } from './fixture/edge.ts'
import { Counter } from './fixture/participants.ts'

let edge: Edge
let token: string
beforeAll(async () => {
  edge = await openEdge()
  token = await edge.token()
})
afterAll(() => edge[Symbol.asyncDispose]())

test('what is sent after something was seen is committed after it', async () => {
  await using client = connect(edge.url, { token, session: '' })
  await client.send(Counter.add('first', 1)).committed
  await client.send(Counter.add('second', 1)).committed
  await edge.hold('counter/first')
  const first = client.send(Counter.add('first', 1))
  await first.accepted
  expect(client.session).not.toBe('')
  const second = client.send(Counter.add('second', 1))
  await second.durable
  let committed = 0
  const noted = Promise.all(
    [first, second].map(async (receipt) => {
      await receipt.committed
      committed += 1
    }),
  )
  expect(await client.query(Counter.total('second'), { grade: 'durable' })).toBe(2)
  expect(committed).toBe(0)
  await edge.release('counter/first')
  await noted
  expect(committed).toBe(2)
  await client.query(Counter.total('second'))
  expect(client.session).toBe('')
})

test('a client of another session may know what this one has seen', async () => {
  await using one = connect(edge.url, { token, session: '' })
  await one.send(Counter.add('third', 1)).committed
  await edge.lose('counter/third')
  const seen = one.send(Counter.add('third', 1))
  await seen.accepted
  await using other = connect(edge.url, { token, session: one.session })
  const sent = other.send(Counter.add('fourth', 1))
  await sent.durable
  await edge.crash('counter/third')
  const failure = await sent.committed.catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(DarqError)
  expect(failure).toMatchObject({ code: 'session_lost' })
  expect(other.session).toBe('')
  await other.send(Counter.add('fourth', 1)).committed
  expect(await other.query(Counter.total('fourth'))).toBe(1)
  // The one has sent again what was lost, and is told too that it had seen it before.
  await seen.committed
  await expect(one.query(Counter.total('third'))).rejects.toMatchObject({ code: 'session_lost' })
  expect(await one.query(Counter.total('third'))).toBe(2)
})

test('what is no session is refused, and nothing is taken', async () => {
  const response = await fetch(`${edge.url}/counter%2Ffifth/queries/total`, {
    headers: { authorization: `Bearer ${token}`, 'Darq-Session': 'nonsense!' },
  })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ code: 'bad_frame' })
})
