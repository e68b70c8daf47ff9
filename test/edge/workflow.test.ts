/** Workflows in a real workerd: killed in the midst of them, and spoken to in plain HTTP. */
import { connect, DarqError } from '@darq/runtime'
import { control, instances } from '@darq/runtime/workflow'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Checkout, Stock } from '../apps/checkout.ts'
import { type Edge, openEdge } from './fixture/edge.ts'
import { type Ledger, openLedger } from './fixture/ledger.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let edge: Edge
let ledger: Ledger
let token: string

beforeAll(async () => {
  ledger = await openLedger()
  edge = await openEdge({ ledger: ledger.url })
  token = await edge.token()
})
afterAll(async () => {
  await edge[Symbol.asyncDispose]()
  await ledger[Symbol.asyncDispose]()
})

test('checkouts go on through SIGKILLs: each ends once, and each card is charged under one key', async () => {
  const client = connect(edge.url, { token })
  const orders = 30
  await client.send(Stock.fill('tea', { count: 25 })).committed
  const bought = Array.from({ length: orders }, async (_, index) => {
    const key = `order-${index}`
    const buying = client.call(Checkout.start(key, { sku: 'tea', count: 1, card: `card ${index}` }))
    await buying.receipt.committed
    if (index % 10 === 5) await edge.kill()
    // One that was sold out has ended before anybody approves it: then this becomes a dead letter.
    await client.send(Checkout.approval(key, { granted: index % 6 !== 0 })).committed
    return await buying.then(
      ({ receipt }) => receipt,
      (error: unknown) => (error instanceof DarqError ? error.code : String(error)),
    )
  })
  const outcomes = await Promise.all(bought)
  const done = outcomes.flatMap((outcome, index) => (outcome === `card ${index} paid 250` ? [`card ${index}`] : []))
  const refused = outcomes.filter((outcome) => outcome === 'app:not approved').length
  const soldOut = outcomes.filter((outcome) => outcome === 'app:sold out').length
  expect(done.length + refused + soldOut).toBe(orders)
  expect(await client.query(Stock.left('tea'), { grade: 'committed' })).toBe(25 - done.length)
  const charged = [...ledger.effects.values()].map((bodies) => bodies[0]?.visit)
  expect(charged.sort()).toEqual(done.sort())
  const listed = []
  for await (const { id } of instances(client, Checkout)) listed.push(id)
  expect(listed.length).toBe(orders)
  await client.close()
})

test('a family whose keys share DARQs is spoken to by key in plain HTTP', async () => {
  const client = connect(edge.url, { token })
  await client.send(Stock.fill('rum', { count: 1 })).committed
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
  const at = `${edge.url}/${encodeURIComponent('checkout/by-hand')}`
  const post = (message: string, key: string, body: object, more = {}): Promise<Response> =>
    fetch(`${at}/messages/${message}`, {
      method: 'POST',
      headers: { ...headers, 'Idempotency-Key': key, ...more },
      body: JSON.stringify(body),
    })
  const order = { sku: 'rum', count: 1, card: 'by hand' }
  expect((await post('start', 'one', order, { Prefer: 'wait=0' })).status).toBeLessThan(300)
  expect((await post('approval', 'two', { granted: true })).status).toBe(200)
  const told = await post('start', 'one', order, { Prefer: 'wait=10' })
  expect(await told.json()).toMatchObject({ duplicate: true, answer: { value: { receipt: 'by hand paid 250' } } })
  const phase = await fetch(`${at}/queries/phase`, { headers })
  expect(await phase.json()).toBe('done')
  // The same instance, for a client that knows the family.
  expect(await client.query(control(Checkout).describe('by-hand'))).toMatchObject({ status: 'done' })
  await client.close()
})
