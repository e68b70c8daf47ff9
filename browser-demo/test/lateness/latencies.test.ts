import { expect, test } from 'vitest'
import { Latencies } from '../../src/lateness/latencies.ts'
import { Throughput } from '../../src/lateness/throughput.ts'

const window = (closedBy: number) => ({ key: 'ORD', from_ms: 0, to_ms: 1, value: 20, closedBy })

test('the time of a result runs from the flight that closes its window to the first sight of it', () => {
  let now_ms = 0
  const latencies = new Latencies(() => now_ms)
  const [one, other] = [window(7), window(8)]
  latencies.arrived(7)
  now_ms = 10
  latencies.arrived(8)
  now_ms = 30
  latencies.saw(one, 'tab')
  latencies.saw(other, 'tab')
  now_ms = 90
  latencies.saw(one, 'tab')
  latencies.saw(one, 'edge')
  expect(latencies.median_ms('tab')).toBe(20)
  expect(latencies.median_ms('edge')).toBe(90)
  expect(latencies.median_ms('saved')).toBeUndefined()
})

test('what closed before this life of the page has no time', () => {
  const latencies = new Latencies(() => 5)
  latencies.saw(window(7), 'tab')
  expect(latencies.median_ms('tab')).toBeUndefined()
})

test('a throughput is that of the last moment, and never below nothing', () => {
  const throughput = new Throughput()
  throughput.see(0, 0)
  throughput.see(1_000, 1_000)
  expect(throughput.per_second).toBe(1_000)
  throughput.see(1_200, 2_000)
  expect(throughput.per_second).toBe(200)
  throughput.see(900, 2_100)
  expect(throughput.per_second).toBe(0)
})
