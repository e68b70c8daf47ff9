import { expect, test } from 'vitest'
import { verdictOf } from '../src/view/verdict.ts'
import { demo } from './demo-snapshot.ts'

const done = demo({ tab: { flights: 1000, epoch: 1 }, edge: { flights: 1000, epoch: 1 } }, { phase: 'done' })

test('says that both sides equal the file only when they do', () => {
  expect(verdictOf(done, () => []).tone).toBe('good')
  expect(verdictOf(done, () => ['edge, SEA: expected 1, got 2'])).toMatchObject({
    tone: 'bad',
    text: expect.stringContaining('SEA'),
  })
})

test('is not content before the last step is committed', () => {
  const speculative = { ...done, edge: { ...done.edge, grade: 'durable' as const } }
  expect(verdictOf(speculative, () => []).tone).toBe('busy')
})

test('a flight too many is bad at once', () => {
  const twice = demo({ tab: { flights: 500, epoch: 1 }, edge: { flights: 1001, epoch: 1 } })
  expect(verdictOf(twice, () => []).tone).toBe('bad')
})

test('changes at each tenth only, so that it can be read aloud', () => {
  const at = (flights: number) =>
    verdictOf(demo({ tab: { flights, epoch: 1 }, edge: { flights: 0, epoch: 1 } }), () => []).text
  expect(at(510)).toBe(at(590))
  expect(at(510)).not.toBe(at(610))
})
