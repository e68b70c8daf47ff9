import { expect, test } from 'vitest'
import { allowance, parsePace, window_flights } from '../src/pace.ts'

const facts = { waited_ms: 20, flights: 20_000, sent: 1000, arrived: 900 }

test('a rate allows what has come due, up to a window', () => {
  expect(allowance(parsePace('1000'), facts)).toBe(20)
  expect(allowance(parsePace('250'), { ...facts, waited_ms: 2 })).toBe(0)
  expect(allowance(parsePace('4000'), { ...facts, waited_ms: 1000 })).toBe(window_flights)
})

test('in step, the tab stays two windows ahead of the edge at most', () => {
  const step = parsePace('step')
  expect(allowance(step, { ...facts, sent: 249, arrived: 0 })).toBe(125)
  expect(allowance(step, { ...facts, sent: 250, arrived: 0 })).toBe(0)
  expect(allowance(step, { ...facts, flights: 5_000, sent: 0, arrived: 0 })).toBe(32)
})

test('as fast as it goes, a window is always allowed', () => {
  expect(allowance(parsePace('free'), { ...facts, sent: 19_000, arrived: 0 })).toBe(window_flights)
})

test.each(['', '0', '-5', 'fast'])('%j is no pace', (text) => {
  expect(() => parsePace(text)).toThrow('not a pace')
})
