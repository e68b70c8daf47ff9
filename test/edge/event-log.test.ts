/** What the objects of a real workerd tell of their versions. */
import { connect } from '@darq/runtime'
import type { LoggedEvent } from '@darq/runtime/engine'
import { eventLogSvg } from '@darq/runtime/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Edge, openEdge } from './fixture/edge.ts'
import { Counter, Relay } from './fixture/participants.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let edge: Edge
beforeAll(async () => {
  edge = await openEdge({ flush_ms: 50 })
})
afterAll(() => edge[Symbol.asyncDispose]())

const relay = 'logged'
const counter = 'eager/logged'

test('one object sends to another ahead of its disk, and both tell what becomes of that', async () => {
  const client = connect(edge.url, { token: await edge.token() })
  const pass = async (n: number, total: number) => {
    await client.send(Relay.pass(relay, { to: counter, n })).committed
    for await (const view of client.watch(Counter.total(counter)))
      if (view.grade === 'committed' && view.value === total) return
  }
  // The first opens the other object, which takes it a flush of its own.
  await pass(1, 1)
  await pass(5, 6)
  await client.close()
  const response = await fetch(new URL('/event-log', edge.url))
  const events: LoggedEvent[] = await response.json()
  const of = (name: string) => events.filter(({ host }) => host.startsWith(`${encodeURIComponent(name)}#`))
  const sender = of(`relay/${relay}`)
  const taken = of(`counter/${counter}`)
    .filter((event) => event.kind === 'taken')
    .find(({ first }) => first === 2)
  const sent = sender.filter((event) => event.kind === 'sent').find(({ first }) => first === 2)
  const durable = sender.find((event) => event.kind === 'durable' && event.version === sent?.version)
  expect(sent).toMatchObject({ from: `relay/${relay}`, to: `counter/${counter}`, first: 2, count: 1 })
  expect(taken).toMatchObject({ depends: true, of: { host: sent?.host, epoch: sent?.epoch, version: sent?.version } })
  expect(taken?.at_ms).toBeLessThan(durable?.at_ms ?? 0)
  const svg = eventLogSvg(events)
  expect(svg).toContain('class="flight depends"')
  expect(svg).not.toContain(': lost<')
})
