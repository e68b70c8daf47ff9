import { describe, expect, test } from 'vitest'
import { Kind } from '../src/core.ts'
import { batch, join, put } from './frames.ts'
import { makers, Pair } from './pair.ts'

const message = (key: string, time_s = 1) => ({ key, time_s, messages: [`message of ${key}`] })

describe('an idempotency key', () => {
  test('is accepted once; its repeat is a duplicate that names the first LSN', () => {
    const pair = new Pair()
    const { first } = pair.ingest(message('k', 7))
    expect(pair.ingest(message('other')).accepted).toBe(1)
    expect(pair.ingest(message('k', 9))).toEqual({
      status: 'accepted',
      first,
      accepted: 0,
      duplicates: 1,
      expected: 0,
      got: 0,
    })
    expect(pair.pending(Kind.message)).toHaveLength(2)
  })

  test('is no producer: the same bytes as an id are something else', () => {
    const pair = new Pair()
    pair.ingest(message('k'))
    expect(pair.ingest({ producer: 'k', messages: ['a'] }).accepted).toBe(1)
    expect(pair.each((core) => core.expected(new TextEncoder().encode('k')))).toBe(2)
    expect(pair.ingest(message('k')).duplicates).toBe(1)
  })

  test('does not count as a producer, and is taken when there are as many of those as may be', () => {
    const pair = new Pair({ producers_max: 0 })
    expect(pair.ingest({ producer: 'p', messages: ['a'] }).status).toBe('full')
    expect(pair.ingest(message('k')).accepted).toBe(1)
  })

  const right = batch(message('k'))
  const alter = (at: number, ...values: number[]) => {
    const copy = right.slice()
    copy.set(values, at)
    return copy
  }
  test.each([
    ['two messages', join([alter(0, right.length * 2 - 48).fill(2, 32, 33), right.subarray(48)])],
    ['a sequence', alter(8, 1)],
    ['a birth', alter(24, 1)],
    ['a time of 2^32 seconds', alter(20, 1)],
    ['no id', batch({ messages: ['a'] }).fill(1, 5, 6)],
    ['a flag that is not known', alter(5, 3)],
  ])('is refused with %s', (_, frame) => {
    const pair = new Pair()
    pair.refuses('bad_frame', () => pair.ingest(frame).status)
    expect(pair.ingest(right).accepted).toBe(1)
  })

  test('is remembered by a rewind as far as the log is kept, by a recovery, and by a snapshot', () => {
    const pair = new Pair()
    const { first } = pair.ingest(message('sealed'))
    pair.seal()
    pair.ingest(message('undone'))
    pair.each((core) => core.rewind(pair.core.sealed))
    expect(pair.ingest(message('undone')).accepted).toBe(1)
    expect(pair.ingest(message('sealed')).first).toBe(first)

    pair.step({ consume: pair.pending(Kind.message) })
    pair.seal()
    pair.each((core) => core.snapshot())
    pair.seal()
    pair.each((core) => core.truncate(core.head))
    expect(pair.core.start).toBeGreaterThan(first)
    const recovered = new Pair()
    recovered.load(pair.log())
    expect(recovered.digest()).toBe(pair.digest())
    expect(recovered.ingest(message('sealed'))).toMatchObject({ first, duplicates: 1 })
  })
})

describe('the set of keys', () => {
  test('is bounded: the oldest goes first', () => {
    const pair = new Pair({ keys_max: 2 })
    for (const key of ['a', 'b', 'c']) pair.ingest(message(key))
    expect(pair.ingest(message('b')).duplicates).toBe(1)
    expect(pair.ingest(message('c')).duplicates).toBe(1)
    expect(pair.ingest(message('a')).accepted).toBe(1)
    expect(pair.ingest(message('b')).accepted).toBe(1)
  })

  test('keeps its order across a snapshot, whatever of the log before it is still there', () => {
    const pair = new Pair({ keys_max: 3 })
    pair.ingest(message('a'))
    pair.seal()
    pair.ingest(message('b'))
    pair.each((core) => core.snapshot())
    pair.ingest(message('c'))
    const log = join([pair.seal()])
    // The second segment alone: 'b' stands before the snapshot that knows of 'a'.
    const recovered = new Pair({ keys_max: 3 })
    recovered.load(log)
    expect(recovered.ingest(message('d')).accepted).toBe(1)
    expect(recovered.ingest(message('b')).duplicates).toBe(1)
    expect(recovered.ingest(message('a')).accepted).toBe(1)
  })

  test('takes memory for what it remembers, not for what it has forgotten', () => {
    for (const make of makers) {
      const pair = new Pair({ keys_max: 100, log_bytes_max: 1 << 30 })
      const core = make(pair.core.limits)
      for (let nth = 0; nth < 20_000; nth++) {
        const frame = batch(message(`key ${nth}`))
        put(core, frame)
        expect(core.ingest(frame.length).accepted).toBe(1)
      }
      // A key takes 32 bytes; half of them may be dead.
      expect(core.snapshot_bytes).toBeLessThan(2 * 101 * 32 + 100)
      core.snapshot()
      expect(core.snapshot_bytes).toBeLessThan(101 * 32)
    }
  })

  test('survives many more than it holds, between producers that stay', () => {
    const pair = new Pair({ keys_max: 4 })
    for (let nth = 0; nth < 60; nth++) {
      pair.ingest(message(`key ${nth}`))
      if (nth % 3 === 0) pair.ingest({ producer: `producer ${nth}`, messages: ['a'] })
    }
    for (let nth = 56; nth < 60; nth++) expect(pair.ingest(message(`key ${nth}`)).duplicates).toBe(1)
    for (let nth = 0; nth < 60; nth += 3) {
      expect(pair.ingest({ producer: `producer ${nth}`, messages: ['a'] }).duplicates).toBe(1)
    }
    expect(pair.ingest(message('key 55')).accepted).toBe(1)
  })

  test('is bounded by age: a snapshot leaves out what is older', () => {
    const pair = new Pair()
    pair.ingest(message('old', 10))
    pair.ingest(message('new', 20))
    pair.each((core) => core.snapshot({ keys_before_ms: 20_000 }))
    expect(pair.ingest(message('new')).duplicates).toBe(1)
    expect(pair.ingest(message('old')).accepted).toBe(1)
  })
})
