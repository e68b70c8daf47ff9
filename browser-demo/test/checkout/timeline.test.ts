import { expect, test } from 'vitest'
import { timelineOf } from '../../src/checkout/timeline.ts'

type Facts = NonNullable<Parameters<typeof timelineOf>[0]['value']>
type Step = Facts['steps'][number]

const reserve: Step = { what: 'call stock/tea reserve', at_ms: 1_005, ended_ms: 1_025, outcome: 'ok' }
const waiting: Step = { what: 'receive approval', at_ms: 1_025, outcome: 'waits' }
const approved: Step = { ...waiting, ended_ms: 2_025, outcome: 'ok' }
const facts = (...steps: Step[]): Facts => ({ started_ms: 1_000, steps })

test('a line is saved when it stands so in what was committed', () => {
  const lines = timelineOf({ value: facts(reserve, approved), saved: facts(reserve, waiting), lost: undefined })
  expect(lines).toEqual([
    { what: 'call stock/tea reserve', outcome: 'ok', after_ms: 5, took_ms: 20, how: 'saved' },
    { what: 'receive approval', outcome: 'ok', after_ms: 25, took_ms: 1_000, how: 'pending' },
  ])
})

test('a line that was shown and is there no more is taken back, behind those that are', () => {
  const lines = timelineOf({ value: facts(reserve), saved: undefined, lost: facts(reserve, waiting) })
  expect(lines.map(({ what, how }) => [what, how])).toEqual([
    ['call stock/tea reserve', 'pending'],
    ['receive approval', 'taken-back'],
  ])
})

test('when nothing is left, all of it is taken back', () => {
  const lines = timelineOf({ value: undefined, saved: undefined, lost: facts(reserve, waiting) })
  expect(lines.map(({ how }) => how)).toEqual(['taken-back', 'taken-back'])
})
