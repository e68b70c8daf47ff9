import { expect, test } from 'vitest'
import { percentile, Tally } from '../check/tally.ts'
import { demo } from './demo-snapshot.ts'

const sides = { tab: { flights: 0, epoch: 1 }, edge: { flights: 0, epoch: 1 } }
const batch = (durable_ms: number) => ({ flights: 256, accepted_ms: 1, durable_ms, committed_ms: durable_ms })

test('a percentile is a value that was measured, by nearest rank', () => {
  const values = [5, 1, 4, 2, 3]
  expect(percentile(values, 50)).toBe(3)
  expect(percentile(values, 99)).toBe(5)
  expect(percentile(values, 1)).toBe(1)
  expect(percentile([], 50)).toBe(0)
})

test('latencies of every life of the page count, each once', () => {
  const tally = new Tally()
  tally.see(demo(sides, { batches: [batch(10)] }))
  tally.see(demo(sides, { batches: [batch(10), batch(20)] }))
  tally.see(demo(sides, { batches: [] }))
  tally.see(demo(sides, { batches: [batch(30)] }))
  expect(tally.latency('durable_ms')).toEqual({ p50: 20, p99: 30 })
})
