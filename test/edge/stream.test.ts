/** A stream in a real workerd, its keys in objects of their own, killed in the midst of it. */
import { connect } from '@darq/runtime'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { byHand, type Search, Searches, Trends, topic } from '../apps/trends.ts'
import { type Edge, openEdge } from './fixture/edge.ts'
import { type Ledger, openLedger } from './fixture/ledger.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let edge: Edge
let ledger: Ledger

beforeAll(async () => {
  ledger = await openLedger()
  edge = await openEdge({ ledger: ledger.url })
})
afterAll(async () => {
  await edge[Symbol.asyncDispose]()
  await ledger[Symbol.asyncDispose]()
})

const regions = ['north', 'south', 'east', 'west', 'here', 'there']
const rounds = 8
const round_ms = 10_000

/** More and more in some places, fewer in others. */
function searchesOf(round: number): Search[] {
  return Array.from({ length: 90 }, (_, nth) => ({
    term: nth % 7 === 0 ? 'weather' : topic,
    region: regions[(nth * (1 + round) + Math.floor(nth / 11)) % regions.length] ?? '',
    at_ms: round * round_ms + ((nth * 37) % 3_000),
  }))
}

test('each window is counted once and each trend told under one key, through SIGKILLs', async () => {
  const client = connect(edge.url, { token: await edge.token() })
  const searches: Search[] = []
  for (let round = 0; round < rounds; round += 1) {
    const some = searchesOf(round)
    const receipts = [0, 30, 60].map((at) => client.send(Searches.search.many(some.slice(at, at + 30))))
    searches.push(...some)
    if (round % 3 === 1) await edge.kill()
    await Promise.all(receipts.map(({ committed }) => committed))
    // The next round closes this one's windows: what is still to be handled would be late.
    for await (const view of client.watch(Searches.seen()))
      if (view.grade === 'committed' && view.value[0]?.value === searches.length) break
  }
  const end: Search = { term: topic, region: 'nowhere', at_ms: rounds * round_ms }
  await client.send(Searches.search(end)).committed
  const { counts, growths } = byHand(searches, rounds * round_ms)
  expect(growths.size).toBeGreaterThan(10)
  for await (const view of client.watch(Trends.counts()))
    if (view.grade === 'committed' && Object.keys(view.value).length >= counts.size) break
  for await (const view of client.watch(Trends.growths()))
    if (view.grade === 'committed' && Object.keys(view.value).length >= growths.size) break
  await vi.waitFor(() => expect(ledger.effects.size).toBeGreaterThanOrEqual(growths.size), { timeout: 30_000 })
  const numbers = (found: ReadonlyMap<string, number>) =>
    Object.fromEntries([...found].map(([place, number]) => [place, [number]]))
  expect(await client.query(Trends.counts(), { grade: 'committed' })).toEqual(numbers(counts))
  expect(await client.query(Trends.growths(), { grade: 'committed' })).toEqual(numbers(growths))
  const told = [...ledger.effects.values()].map(([first]) => `${first?.at} ${first?.visit}`)
  expect(told.sort()).toEqual([...growths.keys()].sort())
  await client.close()
})
