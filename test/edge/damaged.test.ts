/** A store that can't be opened: who asks is told by its own code, and its operator hears of it. */
import { DarqError } from '@darq/runtime'
import { connect } from '@darq/runtime/transport'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Edge, openEdge } from './fixture/edge.ts'
import { type Ledger, openLedger } from './fixture/ledger.ts'
import { Counter } from './fixture/participants.ts'

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

test('a damaged store is told by its own code, without what it looks like inside, and its operator hears of it once', async () => {
  await using client = connect(edge.url, { token })
  await client.send(Counter.add('damaged', 5)).committed
  await edge.damage('counter/damaged')
  const ask = async () => {
    const response = await fetch(`${edge.url}/counter%2Fdamaged/queries/total`, {
      headers: { Authorization: `Bearer ${token}` },
    })
    return { status: response.status, ...(await response.json()) }
  }
  const answers = [await ask(), await ask(), await ask()]
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 500, code: 'corrupt', retryable: false })
    expect(answer.facts).toBeUndefined()
  }
  await expect.poll(() => ledger.notOpened).toHaveLength(1)
  expect(ledger.notOpened[0]).toMatchObject({ name: 'counter/damaged', code: 'corrupt' })
  // What the operator needs to find the damage.
  expect(ledger.notOpened[0]?.facts).toBeDefined()
})

test('a client that sends to a damaged store is told so at once, instead of trying for ever', async () => {
  await using first = connect(edge.url, { token })
  await first.send(Counter.add('broken', 5)).committed
  await edge.damage('counter/broken')
  await using client = connect(edge.url, { token })
  const refused = await client.send(Counter.add('broken', 1)).committed.catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(DarqError)
  expect(refused).toMatchObject({ code: 'corrupt', retryable: false })
})
