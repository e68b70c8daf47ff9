import { describe, expect, test } from 'vitest'
import { Kind } from '../src/core.ts'
import { Pair } from './pair.ts'

const from = (producer: string, birth_s: number, time_s: number, first = 1) => ({
  producer,
  birth_s,
  time_s,
  first,
  messages: ['a'],
})
const forget = (pair: Pair, producers_before_ms: number) => pair.each((core) => core.snapshot({ producers_before_ms }))

describe('a producer that tells its birth', () => {
  test('is forgotten once it was idle for long, and refused from then on: never accepted a second time', () => {
    const pair = new Pair()
    pair.ingest(from('idle', 100, 110))
    pair.ingest(from('busy', 100, 110))
    pair.ingest(from('busy', 100, 205, 2))
    expect(forget(pair, 200_000)).toBe('done')
    pair.refuses('expired', () => pair.ingest(from('idle', 100, 210)).status)
    expect(pair.ingest(from('idle', 100, 210))).toMatchObject({ expected: 200, got: 100, accepted: 0, first: 0 })
    expect(pair.ingest(from('busy', 100, 210)).duplicates).toBe(1)
    expect(pair.ingest(from('busy', 100, 210, 3)).accepted).toBe(1)
  })

  test('that was born later is new, as ever', () => {
    const pair = new Pair()
    forget(pair, 200_000)
    expect(pair.ingest(from('new', 200, 201)).accepted).toBe(1)
    expect(pair.ingest(from('older', 199, 201)).status).toBe('expired')
  })

  test('whose clock is ahead is kept until its birth has passed: forgotten means born before', () => {
    const pair = new Pair()
    pair.ingest(from('ahead', 300, 110))
    forget(pair, 200_000)
    expect(pair.ingest(from('ahead', 300, 210)).duplicates).toBe(1)
    forget(pair, 301_000)
    expect(pair.ingest(from('ahead', 300, 302)).status).toBe('expired')
  })

  test('is not expired for a gap or a message that is too large, while it is known', () => {
    const pair = new Pair()
    pair.ingest(from('p', 100, 300))
    forget(pair, 200_000)
    expect(pair.ingest(from('p', 100, 300, 5)).status).toBe('gap')
  })
})

describe('the mark', () => {
  test('never goes back', () => {
    const pair = new Pair()
    forget(pair, 200_000)
    forget(pair, 100_000)
    expect(pair.ingest(from('p', 150, 210)).status).toBe('expired')
  })

  test('does not concern producers that tell no birth: channels, and clients that keep their id', () => {
    const pair = new Pair()
    pair.ingest({ producer: 'channel', epoch: 3, version: 4, messages: ['a'] })
    forget(pair, 200_000)
    expect(pair.ingest({ producer: 'channel', epoch: 3, version: 4, messages: ['a'] }).duplicates).toBe(1)
    expect(pair.ingest({ producer: 'another', messages: ['a'] }).accepted).toBe(1)
  })

  test('is recovered with the snapshot, and undone with it', () => {
    const pair = new Pair()
    pair.ingest(from('idle', 100, 110))
    pair.step({ consume: pair.pending(Kind.message) })
    pair.seal()
    const before = pair.core.end
    forget(pair, 200_000)
    pair.seal()
    const recovered = new Pair()
    recovered.load(pair.log())
    expect(recovered.digest()).toBe(pair.digest())
    expect(recovered.ingest(from('idle', 100, 210)).status).toBe('expired')

    pair.each((core) => core.truncate(core.head))
    const truncated = new Pair()
    truncated.load(pair.log())
    expect(truncated.ingest(from('idle', 100, 210)).status).toBe('expired')

    expect(recovered.each((core) => core.rewind(before))).toBe('done')
    expect(recovered.ingest(from('idle', 100, 210)).duplicates).toBe(1)
  })

  test.each([Number.NaN, -5, Number.NEGATIVE_INFINITY])('%d is none', (producers_before_ms) => {
    const pair = new Pair()
    forget(pair, producers_before_ms)
    expect(pair.ingest(from('p', 0, 0)).accepted).toBe(1)
  })

  test('at the end of time holds all back', () => {
    const pair = new Pair()
    forget(pair, Number.POSITIVE_INFINITY)
    expect(pair.ingest(from('p', 2 ** 32 - 2, 1)).status).toBe('expired')
    expect(pair.ingest(from('p', 2 ** 32 - 1, 1)).accepted).toBe(1)
  })
})

test('a step that is refused after a snapshot forgot producers leaves no trace', () => {
  const pair = new Pair({ producers_max: 2 })
  for (let nth = 0; nth < 2; nth++) pair.ingest(from(`p${nth}`, 1, 2))
  expect(pair.ingest(from('full', 9, 9)).status).toBe('full')
  forget(pair, 5000)
  expect(pair.ingest(from('fits', 9, 9)).accepted).toBe(1)
  pair.refuses('not_pending', () => pair.step({ consume: [8], send: [{ to: 'x' }, { to: 'y' }] }))
})
