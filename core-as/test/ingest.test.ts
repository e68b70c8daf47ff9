import { describe, expect, test } from 'vitest'
import { Kind } from '../src/core.ts'
import { batch, text } from './frames.ts'
import { Pair } from './pair.ts'
import { segment, tables } from './segments.ts'

/** `frame` with byte `at` changed to `value`. */
function altered(frame: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = frame.slice()
  copy.set(values, at)
  return copy
}

/** Payload of the message at `lsn`, as text. */
function read(pair: Pair, lsn: number): string {
  const { start } = pair.core
  const log = pair.log()
  const at = lsn - start
  const bytes = new DataView(log.buffer).getUint32(at, true)
  return new TextDecoder().decode(log.subarray(at + 8, at + bytes))
}

describe('a batch of new messages', () => {
  test('is appended whole, and its messages are pending in order', () => {
    const pair = new Pair()
    const answer = pair.ingest({ producer: 'ann', messages: ['one', 'two', 'three'] })
    expect(answer).toMatchObject({ status: 'accepted', accepted: 3, duplicates: 0, expected: 4, got: 1 })
    const lsns = pair.pending(Kind.message)
    expect(lsns.map((lsn) => read(pair, lsn))).toEqual(['one', 'two', 'three'])
    expect(answer.first).toBe(lsns[0])
    expect(pair.core.unconsumed).toBe(3)
  })

  test('stands in the log as FORMAT.md says: a segment header, then the frame, its distances filled in', () => {
    const pair = new Pair()
    const frame = batch({ producer: 'ann', messages: ['a', 'bb'], epoch: 2 ** 40, version: 9 })
    pair.ingest(frame)
    const expected = frame.slice()
    expected.set([6], 48 + 5) // the first message: 48 bytes behind the record
    expected.set([8], 64 + 5)
    expect(pair.log().subarray(32)).toEqual(expected)
    const header = [32, 0, 0, 0, 9, 1, 0x9c, 0xda, ...new Array(24).fill(0)]
    expect([...pair.log().subarray(0, 32)]).toEqual(header)
  })

  test('has its padding zeroed, whatever the frame held there', () => {
    const clean = new Pair()
    const frame = batch({ producer: 'ann', messages: ['a', 'bb'] })
    clean.ingest(frame)
    const dirty = new Pair()
    dirty.ingest(altered(altered(altered(frame, 43, 1, 2, 3, 4, 5), 57, 7), 63, 9))
    expect(dirty.log()).toEqual(clean.log())
  })

  test('may have empty messages, and messages of exactly the longest length', () => {
    const pair = new Pair()
    const longest = 'x'.repeat(pair.core.limits.message_bytes_max)
    expect(pair.ingest({ producer: 'ann', messages: ['', longest, ''] })).toMatchObject({ accepted: 3 })
    expect(pair.pending(Kind.message).map((lsn) => read(pair, lsn))).toEqual(['', longest, ''])
  })

  test('without a producer is never a repeat', () => {
    const pair = new Pair()
    for (let nth = 0; nth < 2; nth++) {
      expect(pair.ingest({ messages: ['same'] })).toMatchObject({ accepted: 1, duplicates: 0, expected: 0, got: 0 })
    }
    expect(pair.core.unconsumed).toBe(2)
  })
})

describe('repeats and gaps', () => {
  test('a batch that is wholly a repeat is accepted as such and changes nothing', () => {
    const pair = new Pair()
    pair.ingest({ producer: 'ann', messages: ['a', 'b', 'c'] })
    pair.refuses(2, () => pair.ingest({ producer: 'ann', first: 2, messages: ['b', 'c'] }).duplicates)
    expect(pair.ingest({ producer: 'ann', messages: ['a'] })).toMatchObject({
      status: 'accepted',
      first: 0,
      accepted: 0,
      duplicates: 1,
      expected: 4,
    })
  })

  test('the repeated front of a batch is dropped, the rest kept as if it had come alone', () => {
    const pair = new Pair()
    pair.ingest({ producer: 'ann', messages: ['a', 'b'] })
    const answer = pair.ingest({ producer: 'ann', first: 1, messages: ['a', 'b', 'c', 'd'] })
    expect(answer).toMatchObject({ status: 'accepted', accepted: 2, duplicates: 2, expected: 5, got: 1 })

    const alone = new Pair()
    alone.ingest({ producer: 'ann', messages: ['a', 'b'] })
    expect(alone.ingest({ producer: 'ann', first: 3, messages: ['c', 'd'] }).first).toBe(answer.first)
    expect(pair.log()).toEqual(alone.log())
    expect(pair.digest()).toBe(alone.digest())
  })

  test('a gap is refused with what was expected and what came', () => {
    const pair = new Pair()
    pair.ingest({ producer: 'ann', messages: ['a'] })
    pair.refuses('gap', () => pair.ingest({ producer: 'ann', first: 3, messages: ['c'] }).status)
    expect(pair.ingest({ producer: 'ann', first: 3, messages: ['c'] })).toMatchObject({ expected: 2, got: 3 })
    pair.refuses('gap', () => pair.ingest({ producer: 'new', first: 2, messages: ['b'] }).status)
  })

  test('each producer has a sequence of its own, and its whole id counts', () => {
    const pair = new Pair()
    const ids = ['a', 'ab', 'abc', 'b', 'a\0', 'x'.repeat(1023), 'x'.repeat(1022), 'abcdefgh', 'abcdefghi']
    for (const [nth, producer] of ids.entries()) {
      for (let first = 1; first <= nth + 1; first++) pair.ingest({ producer, first, messages: ['m'] })
    }
    for (const [nth, producer] of ids.entries()) {
      expect(pair.each((core) => core.expected(text(producer)))).toBe(nth + 2)
    }
    for (const unknown of ['', 'c', 'x'.repeat(1021), 'x'.repeat(2000)]) {
      expect(pair.each((core) => core.expected(text(unknown)))).toBe(1)
    }
  })

  test('sequences stay below 2^53', () => {
    const pair = new Pair()
    const last = 2 ** 53 - 2
    pair.load(segment(0, tables(3, [{ table: 0, next: last, id: 'ann' }])))
    pair.refuses('bad_frame', () => pair.ingest({ producer: 'ann', first: last, messages: ['a', 'b'] }).status)
    expect(pair.ingest({ producer: 'ann', first: last, messages: ['a'] })).toMatchObject({ accepted: 1, got: last })
    pair.refuses('bad_frame', () => pair.ingest({ producer: 'ann', first: last + 1, messages: ['b'] }).status)
  })
})

describe('a malformed frame is refused and leaves no trace:', () => {
  const good = batch({ producer: 'ann', messages: ['a', 'bb'] })
  const cases: readonly [what: string, frame: Uint8Array][] = [
    ['cut off', good.subarray(0, good.length - 8)],
    ['too long', altered(batch({ producer: 'ann', messages: ['a', 'bb', ''] }), 32, 2)],
    ['shorter than a header', good.subarray(0, 40)],
    ['another kind', altered(good, 4, Kind.out)],
    ['a flag that is not known', altered(good, 5, 1)],
    ['an id longer than 1,023', altered(batch({ producer: 'x'.repeat(1023), messages: ['a'] }), 6, 0, 4)],
    ['a producer without a sequence', altered(good, 8, 0)],
    ['a sequence without a producer', altered(batch({ messages: ['a'] }), 8, 1)],
    ['a sequence of 2^53', altered(good, 8, 0, 0, 0, 0, 0, 0, 0x20, 0)],
    ['an epoch of 2^53', altered(good, 16, 0, 0, 0, 0, 0, 0, 0x20, 0)],
    ['a version of 2^53', altered(good, 24, 0, 0, 0, 0, 0, 0, 0x20, 0)],
    ['no message', altered(batch({ producer: 'ann', messages: ['a'] }), 32, 0)],
    ['fewer messages than it says', altered(good, 32, 3)],
    ['more messages than it says', altered(good, 32, 1)],
    ['a reserved word that is not zero', altered(good, 36, 1)],
    ['bytes that are no multiple of 8', altered(good, 0, good.length - 4)],
    ['a message of another kind', altered(good, 52, Kind.self)],
    ['a message that is shorter than its header', altered(good, 48, 7)],
    ['a message that runs over the end', altered(good, 64, 25)],
    ['a message longer than memory', altered(good, 64, 0xff, 0xff, 0xff, 0xff)],
    ['nothing', new Uint8Array(0)],
  ]
  test.each(cases)('%s', (_, frame) => {
    const pair = new Pair()
    pair.refuses('bad_frame', () => pair.ingest(frame).status)
    pair.ingest({ producer: 'bob', messages: ['before'] })
    pair.refuses('bad_frame', () => pair.ingest(frame).status)
  })

  test('a message over the limit is answered with too_large', () => {
    const pair = new Pair()
    const messages = ['fine', 'x'.repeat(pair.core.limits.message_bytes_max + 1)]
    pair.refuses('too_large', () => pair.ingest({ producer: 'ann', messages }).status)
  })
})
