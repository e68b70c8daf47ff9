import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { arriving, parsePace } from '../../src/lateness/arrival.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const flights = Array.from({ length: 100 }, (_, index) => index)

test('flights come at their pace, from where it goes on', async () => {
  const came: number[] = []
  const stop = new AbortController()
  const options = { flights, from: 10, pace: () => 100, signal: stop.signal, arrived: () => {} }
  const all = (async () => {
    for await (const flight of arriving(options)) came.push(flight)
  })()
  await vi.advanceTimersByTimeAsync(400)
  expect(came[0]).toBe(10)
  expect(came.length).toBeGreaterThan(35)
  expect(came.length).toBeLessThanOrEqual(40)
  stop.abort(new Error('paused'))
  const paused = expect(all).rejects.toThrow('paused')
  await vi.advanceTimersByTimeAsync(40)
  await paused
})

test('as fast as it goes is not held up, and each flight is told by its number', async () => {
  const arrived: number[] = []
  const signal = new AbortController().signal
  const pace = () => parsePace('free')
  const came: number[] = []
  const options = { flights, from: 98, pace, signal, arrived: (index: number) => void arrived.push(index) }
  for await (const flight of arriving(options)) came.push(flight)
  expect(came).toEqual([98, 99])
  expect(arrived).toEqual([98, 99])
})

test('a pace is a number of flights a second, or free', () => {
  expect(parsePace('250')).toBe(250)
  expect(() => parsePace('-1')).toThrow('not a pace: -1')
})
