import { expect, test } from 'vitest'
import { verdictOf } from '../../src/lateness/view/verdict.ts'

const facts: Parameters<typeof verdictOf>[0] = {
  ...{ phase: 'done', flights: 100, taken: 100, closed: 10, open: 2, results: 10, dropped: 3 },
  ...{ windowsAre: 'saved', resultsAre: 'saved', failure: undefined },
}

test('all is well when both sides are saved and equal the loop', () => {
  const { tone, text } = verdictOf(facts, 10, () => [])
  expect(tone).toBe('good')
  expect(text).toContain('10 windows closed once each, 2 still open, 3 flights too late')
  expect(verdictOf({ ...facts, resultsAre: 'pending' }, 10, () => []).tone).toBe('busy')
})

test('it is not when they differ, when there is too much, or when the stream was refused', () => {
  expect(verdictOf(facts, 10, () => ['tab, ORD: …']).text).toContain('in 1 places; the first: tab, ORD: …')
  expect(verdictOf({ ...facts, results: 11 }, 10, () => []).tone).toBe('bad')
  expect(verdictOf({ ...facts, failure: 'schema' }, 10, () => []).text).toContain('refused: schema')
})

test('on the way it is compared with nothing', () => {
  const never = () => {
    throw new Error('compared too early')
  }
  expect(verdictOf({ ...facts, phase: 'running', taken: 57 }, 10, never).text).toBe(
    'Running. 50 % of the flights have come.',
  )
  expect(verdictOf({ ...facts, results: 9 }, 10, never).text).toContain('the edge catches up')
})
