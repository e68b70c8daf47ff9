import { describe, expect, test } from 'vitest'
import { Kind, type Lsn } from '../src/core.ts'
import { batch, join, stepFrame, text } from './frames.ts'
import { Pair } from './pair.ts'
import { segment, sign, tables } from './segments.ts'

/** A DARQ with some of everything, sealed in three segments. */
function busy(): { pair: Pair; segments: Uint8Array[] } {
  const pair = new Pair()
  pair.ingest({ producer: 'ann', messages: ['a', 'b', 'c'] })
  pair.ingest({ messages: ['unsequenced'] })
  const segments = [pair.seal()]
  const [a = 0, b = 0] = pair.pending(Kind.message)
  pair.step({ consume: [a], send: [{ to: 'bob' }, { to: 'me', due_ms: 5 }], remember: ['s'], checkpoint: 'c' })
  segments.push(pair.seal())
  pair.step({ consume: [b, ...pair.pending(Kind.self)], checkpoint: 'd', send: [{ to: 'bob', payload: 'x' }] })
  pair.ingest({ producer: 'eve', messages: ['z'] })
  segments.push(pair.seal())
  return { pair, segments }
}

describe('sealing', () => {
  test('closes what came since the last seal with body length and checksum', () => {
    const pair = new Pair()
    pair.ingest({ producer: 'ann', messages: ['a'] })
    const first = pair.seal()
    expect(first).toEqual(sign(first.slice()))
    expect(pair.core).toMatchObject({ sealed: first.length, end: first.length })
    pair.ingest({ producer: 'ann', first: 2, messages: ['b'] })
    const second = pair.seal()
    expect(second).toEqual(segment(first.length, second.subarray(32)))
  })

  test('gives nothing when nothing came', () => {
    const pair = new Pair()
    expect(pair.each((core) => core.seal())).toBeUndefined()
    pair.ingest({ producer: 'ann', messages: ['a'] })
    pair.seal()
    pair.ingest({ producer: 'ann', messages: ['a'] })
    pair.refuses(undefined, () => pair.each((core) => core.seal()))
  })

  test('says from where to where', () => {
    const pair = new Pair()
    pair.ingest({ messages: ['a'] })
    pair.seal()
    pair.ingest({ messages: ['b'] })
    const { sealed: from } = pair.core
    const answer = pair.each((core) => {
      const sealed = core.seal()
      return { from: sealed?.from, to: sealed?.to, bytes: sealed?.bytes.length }
    })
    expect(answer).toEqual({ from, to: pair.core.end, bytes: pair.core.end - from })
  })
})

describe('loading', () => {
  test('sealed segments gives the state that sealed them', () => {
    const { pair, segments } = busy()
    const whole = new Pair()
    expect(whole.load(join(segments))).toBe('ok')
    expect(whole.digest()).toBe(pair.digest())
    const one_by_one = new Pair()
    for (const bytes of segments) expect(one_by_one.load(bytes)).toBe('ok')
    expect(one_by_one.digest()).toBe(pair.digest())
    expect(one_by_one.core.checkpoint).toBe(pair.core.checkpoint)
    expect(one_by_one.each((core) => core.outgoing(text('bob')))).toBe(3)
  })

  test('then going on is the same as never having stopped', () => {
    const { pair, segments } = busy()
    const loaded = new Pair()
    loaded.load(join(segments))
    for (const each of [pair, loaded]) {
      each.ingest({ producer: 'ann', first: 2, messages: ['b', 'c', 'd'] })
      each.step({ consume: each.pending(Kind.message), send: [{ to: 'bob' }] })
    }
    expect(loaded.seal()).toEqual(pair.seal())
  })

  test('nothing is ok, and changes nothing', () => {
    const { pair } = busy()
    pair.refuses('ok', () => pair.load(new Uint8Array(0)))
  })

  test('into an empty core sets where the log starts', () => {
    const pair = new Pair()
    const start = 2 ** 50
    expect(pair.load(segment(start, batch({ messages: ['a'] }).fill(5, 45, 46)))).toBe('ok')
    expect(pair.core.start).toBe(start)
    expect(pair.pending(Kind.message)).toEqual([start + 32 + 40])
    const kindAt = (lsn: number) => pair.each((core) => core.bytes[core.at(lsn as Lsn) + 4])
    expect(kindAt(start + 32 + 40)).toBe(Kind.message)
  })

  test('passes over what was consumed before the log starts', () => {
    const pair = new Pair()
    const frame = stepFrame(8032, { consume: [4000, 16], remember: ['s'] })
    expect(pair.load(segment(8000, frame))).toBe('ok')
    expect(pair.core.unconsumed).toBe(1)
  })

  test('finds every out-message unacknowledged again: acknowledgements are not in the log', () => {
    const { pair, segments } = busy()
    pair.acknowledge(...pair.pending(Kind.out))
    const loaded = new Pair()
    loaded.load(join(segments))
    expect(loaded.core.unacknowledged).toBe(2)
  })
})

describe('a refused load changes nothing:', () => {
  test('a bit anywhere is wrong', () => {
    const { pair, segments } = busy()
    const next = new Pair()
    next.load(join(segments))
    pair.step({ consume: pair.pending(Kind.message), send: [{ to: 'zoe' }] })
    const bytes = pair.seal()
    for (let bit = 0; bit < bytes.length * 8; bit += 7) {
      const wrong = bytes.slice()
      wrong[bit >> 3] = (wrong[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const answer = next.load(wrong)
      if (!['corrupt', 'newer_format'].includes(answer)) expect.fail(`bit ${bit}: ${answer}`)
    }
    expect(next.load(bytes)).toBe('ok')
    expect(next.digest()).toBe(pair.digest())
  })

  test('the last of several segments is wrong', () => {
    const { segments } = busy()
    const bytes = join(segments)
    bytes[bytes.length - 1] = 1
    const pair = new Pair()
    pair.refuses('corrupt', () => pair.load(bytes))
  })

  test('it was cut off', () => {
    const { segments } = busy()
    const bytes = join(segments)
    const pair = new Pair()
    const ends = new Set<number>()
    for (let nth = 1; nth <= segments.length; nth++) ends.add(join(segments.slice(0, nth)).length)
    for (let length = 1; length < bytes.length; length++) {
      if (ends.has(length)) continue
      if (pair.load(bytes.subarray(0, length)) !== 'corrupt') expect.fail(`${length} bytes`)
    }
    expect(pair.core.end).toBe(0)
  })

  test('a newer format is said to be that, whatever else is in it', () => {
    const { segments } = busy()
    const newer = join(segments)
    newer[5] = 2
    const pair = new Pair()
    pair.refuses('newer_format', () => pair.load(newer))
    newer[5] = 0
    pair.refuses('corrupt', () => pair.load(newer))
  })

  test('it does not follow on', () => {
    const { pair, segments } = busy()
    const [first = new Uint8Array(), second = new Uint8Array(), third = new Uint8Array()] = segments
    const next = new Pair()
    next.load(first)
    next.refuses('gap', () => next.load(third))
    next.refuses('gap', () => next.load(first))
    next.refuses('gap', () => next.load(join([second, segment(pair.core.end + 8, batch({ messages: ['a'] }))])))
    expect(next.load(second)).toBe('ok')
  })

  test('the core has an open segment', () => {
    const { segments } = busy()
    const pair = new Pair()
    pair.ingest({ messages: ['a'] })
    pair.refuses('gap', () => pair.load(join(segments)))
  })

  const message = batch({ producer: 'ann', messages: ['a'] }).fill(6, 53, 54)
  const out = stepFrame(32, { consume: [0], send: [{ to: 'b' }] }).fill(1, 8, 9)
  const alter = (bytes: Uint8Array, at: number, ...values: number[]) => {
    const copy = bytes.slice()
    copy.set(values, at)
    return copy
  }
  const entry = tables(3, [{ table: 0, next: 2, id: 'a' }])
  const channel = tables(3, [{ table: 1, next: 2, id: 'a' }])
  test.each<[what: string, record: Uint8Array]>([
    ['a message that points elsewhere', alter(message, 53, 7)],
    ['padding of a message', alter(message, 63, 1)],
    ['padding of a producer', alter(message, 43, 1)],
    ['an out-message without a sequence', alter(out, 8, 0)],
    ['an out-message with a sequence of 2^53', alter(out, 8, 0, 0, 0, 0, 0, 0, 0x20, 0)],
    ['a step without a completion', out.subarray(0, 24)],
    ['a completion that consumes nothing', stepFrame(32, { consume: [], remember: ['s'] })],
    ['a message outside of an in record', message.subarray(48)],
    ['a segment header inside a segment', segment(32, message)],
    ['a snapshot without its first part', tables(2, [])],
    ['a snapshot without its last part', tables(1, [])],
    ['a snapshot with another record inside', join([tables(1, []), message, tables(2, [])])],
    ['a snapshot with a flag that is not known', tables(7, [])],
    ['an entry of a fourth table', alter(entry, 16, 3)],
    ['an entry with a reserved byte', alter(entry, 17, 1)],
    ['a channel with a time', alter(channel, 20, 1)],
    ['an entry without an id', alter(entry, 18, 0)],
    ['an entry with a long id', alter(entry, 18, 0, 4)],
    ['an entry that runs over the end', alter(entry, 18, 9)],
    ['an entry with sequence 0', alter(entry, 24, 0)],
    ['an entry with sequence 2^53', alter(entry, 24, 0, 0, 0, 0, 0, 0, 0x20, 0)],
    ['padding of an entry', alter(entry, 35, 1)],
    ['fewer entries than it says', alter(entry, 8, 2)],
    ['more entries than it says', alter(entry, 8, 0)],
    [
      'a part over 60,000 bytes',
      tables(
        3,
        Array.from({ length: 60 }, () => ({ table: 0, next: 1, id: 'x'.repeat(1000) })),
      ),
    ],
    ['nothing', new Uint8Array(0)],
    ['zeros', new Uint8Array(64)],
  ])('its checksum is right, but it holds %s', (_, record) => {
    const pair = new Pair()
    pair.refuses('corrupt', () => pair.load(segment(0, record)))
    for (const right of [message, out, entry, channel]) expect(new Pair().load(segment(0, right))).toBe('ok')
  })

  test('a place that is no multiple of 8, or beyond 2^53', () => {
    const pair = new Pair()
    pair.refuses('corrupt', () => pair.load(segment(4, message)))
    pair.refuses('corrupt', () => pair.load(segment(2 ** 53, message)))
    pair.refuses('corrupt', () => pair.load(segment(2 ** 53 - 64, message)))
  })
})

test('a snapshot that names a producer twice is taken at its larger word', () => {
  const pair = new Pair()
  const entries = [5, 3].map((next) => ({ table: 0, next, id: 'a' }) as const)
  expect(pair.load(segment(0, tables(3, entries)))).toBe('ok')
  expect(pair.each((core) => core.expected(text('a')))).toBe(5)
})

describe('rewinding', () => {
  test('to the end of a segment equals never having gone on', () => {
    const { segments } = busy()
    for (let kept = 0; kept <= segments.length; kept++) {
      const stopped = new Pair()
      stopped.load(join(segments.slice(0, kept)))
      const { pair } = busy()
      pair.ingest({ producer: 'ann', first: 4, messages: ['unsealed'] })
      expect(pair.each((core) => core.rewind(stopped.core.end))).toBe('done')
      expect(pair.digest()).toBe(stopped.digest())
      expect(pair.log()).toEqual(stopped.log())
      expect(pair.core.checkpoint).toBe(stopped.core.checkpoint)
      for (const each of [pair, stopped]) {
        each.ingest({ producer: 'new', messages: ['a'] })
        each.step({ consume: each.pending(Kind.message), send: [{ to: 'bob' }] })
      }
      expect(pair.seal()).toEqual(stopped.seal())
    }
  })

  test('undoes consumption, repeats and snapshots of what is dropped', () => {
    const pair = new Pair()
    pair.ingest({ producer: 'ann', messages: ['a', 'b'] })
    pair.seal()
    const to = pair.core.end
    const [a = 0] = pair.pending(Kind.message)
    pair.step({ consume: [a], remember: ['s'] })
    pair.ingest({ producer: 'ann', first: 3, messages: ['c'] })
    pair.each((core) => core.snapshot())
    pair.each((core) => core.rewind(to))
    expect(pair.pending(Kind.message)).toContain(a)
    expect(pair.core.snapshotted).toBe(0)
    expect(pair.each((core) => core.expected(text('ann')))).toBe(3)
    expect(pair.step({ consume: [a] })).toBe('done')
  })

  test('keeps what was acknowledged: that it arrived elsewhere is not undone here', () => {
    const pair = new Pair()
    pair.ingest({ messages: ['a', 'b'] })
    const [a = 0, b = 0] = pair.pending(Kind.message)
    pair.step({ consume: [a], send: [{ to: 'x' }, { to: 'y' }] })
    pair.seal()
    const to = pair.core.end
    const [x = 0, y = 0] = pair.pending(Kind.out)
    pair.step({ consume: [b], send: [{ to: 'x' }] })
    pair.acknowledge(x)
    pair.each((core) => core.rewind(to))
    expect(pair.pending(Kind.out)).toEqual([y])
    expect(pair.core.unacknowledged).toBe(1)
  })

  test('goes to the end of a segment only', () => {
    const { pair, segments } = busy()
    const [first = new Uint8Array()] = segments
    for (const to of [first.length + 8, first.length - 8, 40, -8, pair.core.end + 8, 0.5, Number.NaN]) {
      pair.refuses('not_a_boundary', () => pair.each((core) => core.rewind(to as Lsn)))
    }
  })

  test('refuses a place where only the dropped log knew the producers', () => {
    const pair = new Pair()
    pair.ingest({ producer: 'ann', messages: ['a'] })
    pair.step({ consume: pair.pending(Kind.message) })
    pair.seal()
    pair.ingest({ producer: 'bob', messages: ['b'] })
    const start = pair.core.sealed
    pair.seal()
    const unknown = pair.core.end
    pair.each((core) => core.snapshot())
    pair.seal()
    const known = pair.core.end
    pair.each((core) => core.truncate(core.head))
    expect(pair.core.start).toBe(start)
    pair.refuses('not_a_boundary', () => pair.each((core) => core.rewind(unknown)))
    pair.refuses('not_a_boundary', () => pair.each((core) => core.rewind(start)))
    pair.ingest({ producer: 'ann', first: 2, messages: ['later'] })
    expect(pair.each((core) => core.rewind(known))).toBe('done')
    expect(pair.each((core) => core.expected(text('ann')))).toBe(2)
  })
})
