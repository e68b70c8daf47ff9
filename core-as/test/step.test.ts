import { describe, expect, test } from 'vitest'
import { Kind } from '../src/core.ts'
import { join, stepFrame, text } from './frames.ts'
import { Pair } from './pair.ts'
import { segment, tables } from './segments.ts'

/** A pair with `count` pending messages, and their LSNs. */
function withMessages(count: number, limits = {}): { pair: Pair; messages: number[] } {
  const pair = new Pair(limits)
  pair.ingest({ messages: Array.from({ length: count }, (_, nth) => `message ${nth}`) })
  return { pair, messages: pair.pending(Kind.message) }
}

const far = 2 ** 31 * 8

describe('a step', () => {
  test('consumes, sends and remembers at once', () => {
    const { pair, messages } = withMessages(3)
    const [first = 0, , third = 0] = messages
    const answer = pair.step({
      consume: [third, first],
      send: [{ to: 'bob', payload: 'hello' }],
      remember: ['state'],
      checkpoint: 'all of it',
    })
    expect(answer).toBe('done')
    expect(pair.pending(Kind.message)).toEqual([messages[1]])
    expect(pair.pending(Kind.out)).toHaveLength(1)
    expect(pair.pending(Kind.self)).toHaveLength(1)
    expect(pair.pending(Kind.checkpoint)).toEqual([pair.core.checkpoint])
    expect(pair.core).toMatchObject({ unconsumed: 3, unacknowledged: 1 })
  })

  test('stands in the log as it was written, but for the sequences of its out-messages', () => {
    const { pair, messages } = withMessages(1)
    const parts = {
      consume: messages,
      send: [{ to: 'bob', payload: 'x', gated: true }],
      remember: ['s'],
      checkpoint: 'c',
    }
    const frame = stepFrame(pair.core.end, parts)
    const end = pair.core.end
    pair.step(parts)
    frame.set([1], 8)
    expect(pair.log().subarray(end)).toEqual(frame)
  })

  test('gives its out-messages the next sequences of their channels', () => {
    const { pair, messages } = withMessages(2)
    const sequences = () =>
      pair.pending(Kind.out).map((lsn) => new DataView(pair.log().buffer).getUint32(lsn - pair.core.start + 8, true))
    pair.step({ consume: messages.slice(0, 1), send: [{ to: 'bob' }, { to: 'ann' }, { to: 'bob' }] })
    expect(sequences()).toEqual([1, 1, 2])
    expect(pair.each((core) => core.outgoing(text('bob')))).toBe(3)
    pair.step({ consume: messages.slice(1), send: [{ to: 'bob' }] })
    expect(sequences()).toEqual([1, 1, 2, 3])
    expect(pair.each((core) => core.outgoing(text('ann')))).toBe(2)
    expect(pair.each((core) => core.outgoing(text('carl')))).toBe(1)
  })

  test('keeps channels and producers of the same name apart', () => {
    const pair = new Pair()
    pair.ingest({ producer: 'bob', messages: ['a', 'b', 'c'] })
    pair.step({ consume: pair.pending(Kind.message), send: [{ to: 'bob' }] })
    expect(pair.each((core) => core.expected(text('bob')))).toBe(4)
    expect(pair.each((core) => core.outgoing(text('bob')))).toBe(2)
  })

  test('consumes messages, self-messages, timers and checkpoints alike', () => {
    const { pair, messages } = withMessages(1)
    pair.step({ consume: messages, remember: ['s'], checkpoint: 'c', send: [{ to: 'me', due_ms: 1e12 }] })
    const items = pair.pending(Kind.self, Kind.timer, Kind.checkpoint)
    expect(items).toHaveLength(3)
    expect(pair.step({ consume: items })).toBe('done')
    expect(pair.core).toMatchObject({ unconsumed: 0, checkpoint: 0 })
  })

  test('with a checkpoint consumes the one before it, named or not', () => {
    const { pair, messages } = withMessages(3)
    pair.step({ consume: messages.slice(0, 1), checkpoint: 'first' })
    const first = pair.core.checkpoint
    pair.step({ consume: messages.slice(1, 2), checkpoint: 'second' })
    const second = pair.core.checkpoint
    expect(second).toBeGreaterThan(first)
    expect(pair.pending(Kind.checkpoint)).toEqual([second])
    pair.step({ consume: [second], checkpoint: 'third' })
    expect(pair.pending(Kind.checkpoint)).toEqual([pair.core.checkpoint])
    expect(pair.core.unconsumed).toBe(2)
  })

  test('makes a timer pending until a later step consumes it', () => {
    const { pair, messages } = withMessages(2)
    pair.step({ consume: messages.slice(0, 1), send: [{ to: 'me', due_ms: -1.5 }] })
    const [timer = 0] = pair.pending(Kind.timer)
    expect(pair.each((core) => core.outgoing(text('me')))).toBe(1)
    expect(pair.step({ consume: [timer] })).toBe('done')
    expect(pair.pending(Kind.timer)).toEqual([])
  })
})

describe('a refused step leaves no trace:', () => {
  test('consuming twice in one step', () => {
    const { pair, messages } = withMessages(2)
    const [first = 0, second = 0] = messages
    pair.refuses('not_pending', () =>
      pair.step({ consume: [first, second, first], send: [{ to: 'new' }], remember: ['s'] }),
    )
    expect(pair.each((core) => core.outgoing(text('new')))).toBe(1)
    expect(pair.step({ consume: [first, second] })).toBe('done')
  })

  test('consuming what an earlier step has consumed', () => {
    const { pair, messages } = withMessages(2)
    pair.step({ consume: messages.slice(0, 1) })
    pair.refuses('not_pending', () => pair.step({ consume: messages }))
  })

  test('consuming nothing', () => {
    const { pair } = withMessages(1)
    pair.refuses('empty', () => pair.step({ consume: [], remember: ['s'] }))
  })

  test('consuming an out-message', () => {
    const { pair, messages } = withMessages(2)
    pair.step({ consume: messages.slice(0, 1), send: [{ to: 'bob' }] })
    const [out = 0] = pair.pending(Kind.out)
    pair.refuses('not_pending', () => pair.step({ consume: [messages[1] ?? 0, out] }))
  })

  test('consuming something of the step itself', () => {
    const { pair, messages } = withMessages(1)
    const at = pair.core.end
    pair.refuses('not_pending', () => pair.step({ consume: [...messages, at], remember: ['mine'] }))
  })

  test.each([
    ['the middle of a message', (first: number) => first + 8],
    ['the segment header', () => 0],
    ['before the log', () => -8],
    ['far before the log', () => -far],
  ])('consuming %s', (_, wrong) => {
    const { pair, messages } = withMessages(1)
    pair.refuses('not_pending', () => pair.step({ consume: [...messages, wrong(messages[0] ?? 0)], remember: ['s'] }))
  })

  test('a checkpoint that was consumed is live again', () => {
    const { pair, messages } = withMessages(2)
    pair.step({ consume: messages.slice(0, 1), checkpoint: 'c' })
    pair.refuses('not_pending', () => pair.step({ consume: [pair.core.checkpoint, messages[0] ?? 0] }))
    expect(pair.pending(Kind.checkpoint)).toEqual([pair.core.checkpoint])
  })

  const { pair: sample, messages } = withMessages(1)
  const at = sample.core.end
  const good = stepFrame(at, {
    consume: messages,
    send: [
      { to: 'bob', payload: 'xyz' },
      { to: 'bob', due_ms: 5 },
    ],
    remember: ['s'],
  })
  const [out, timer, self, completion] = [0, 32, 56, 72]
  const alter = (place: number, ...values: number[]) => {
    const copy = good.slice()
    copy.set(values, place)
    return copy
  }
  const infinite = new Uint8Array(new Float64Array([Number.NEGATIVE_INFINITY]).buffer)
  const notANumber = new Uint8Array(new Float64Array([Number.NaN]).buffer)
  test.each<[what: string, frame: Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['no completion', good.subarray(0, completion)],
    ['a record behind the completion', join([good, good])],
    [
      'two checkpoints',
      join([
        stepFrame(at, { consume: [], checkpoint: 'c' }).subarray(0, 16),
        stepFrame(at, { consume: messages, checkpoint: 'c' }),
      ]),
    ],
    ['an unknown kind', alter(self + 4, 10)],
    ['an in record', alter(self + 4, Kind.in)],
    ['a segment header', alter(self + 4, Kind.segment)],
    ['tables', alter(self + 4, Kind.tables)],
    ['reserved bytes of a self-message', alter(self + 5, 1)],
    ['reserved bytes of a completion', alter(completion + 5, 1)],
    ['a reserved word of a completion', alter(completion + 12, 1)],
    ['a distance of 0', alter(completion + 16, 0, 0, 0, 0)],
    ['more distances than bytes', alter(completion + 8, 2)],
    ['a flag that is not known', alter(out + 5, 2)],
    ['no destination', alter(out + 6, 0, 0)],
    ['a destination longer than its record', alter(out + 6, 17, 0)],
    ['a destination longer than 1,023', alter(out + 6, 0, 4)],
    ['a record that is shorter than its header', alter(self, 7)],
    ['a record that runs over the end', alter(self, 0, 1)],
    ['a timer due at infinity', alter(timer + 8, ...infinite)],
    ['a timer due at not-a-number', alter(timer + 8, ...notANumber)],
  ])('%s', (_, frame) => {
    const { pair } = withMessages(1)
    pair.refuses('bad_frame', () => pair.stepBytes(frame))
    expect(pair.stepBytes(good)).toBe('done')
  })

  test.each([
    ['an out-message', { send: [{ to: 'bob', payload: 'x'.repeat(4097) }] }],
    ['a timer', { send: [{ to: 'bob', due_ms: 1, payload: 'x'.repeat(4097) }] }],
    ['a self-message', { remember: ['x'.repeat(4097)] }],
    ['a checkpoint', { checkpoint: 'x'.repeat(4097) }],
  ])('%s over the limit', (_, parts) => {
    const { pair, messages } = withMessages(1)
    pair.refuses('too_large', () => pair.step({ consume: messages, ...parts }))
  })
})

describe('acknowledging', () => {
  test('takes out-messages from the pending set, once', () => {
    const { pair, messages } = withMessages(1)
    pair.step({ consume: messages, send: [{ to: 'a' }, { to: 'b' }, { to: 'c' }] })
    const [a = 0, b = 0, c = 0] = pair.pending(Kind.out)
    expect(pair.acknowledge(c, a)).toBe(2)
    expect(pair.acknowledge(a, c)).toBe(0)
    expect(pair.pending(Kind.out)).toEqual([b])
    expect(pair.core.unacknowledged).toBe(1)
  })

  test('passes over what is no pending out-message', () => {
    const { pair, messages } = withMessages(2)
    pair.step({ consume: messages.slice(0, 1), send: [{ to: 'a' }] })
    const [out = 0] = pair.pending(Kind.out)
    const wrong = [
      messages[0] ?? 0,
      messages[1] ?? 0,
      out + 4,
      out + 0.5,
      out + 8,
      -8,
      1e300,
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ]
    pair.refuses(0, () => pair.acknowledge(...wrong))
    for (const lsn of wrong.slice(2)) expect(pair.each((core) => core.isPending(lsn as never))).toBe(false)
    expect(pair.each((core) => core.isPending(out as never))).toBe(true)
    for (const from of [-8, out + 1, 1e300, Number.NaN, Number.NEGATIVE_INFINITY]) {
      pair.each((core) => [...core.lsns.subarray(0, core.pending(from as never, -1))])
    }
  })
})

test('a channel that has come to the end of its sequences takes no more', () => {
  const pair = new Pair()
  const next = 2 ** 53 - 2 ** 32
  pair.load(segment(0, tables(3, [{ table: 1, next, id: 'bob' }])))
  const send = () => {
    pair.ingest({ messages: ['m'] })
    return pair.step({ consume: pair.pending(Kind.message).slice(-1), send: [{ to: 'bob' }] })
  }
  expect(send()).toBe('done')
  expect(pair.each((core) => core.outgoing(text('bob')))).toBe(next + 1)
  pair.ingest({ messages: ['m'] })
  pair.refuses('full', () => pair.step({ consume: pair.pending(Kind.message).slice(-1), send: [{ to: 'bob' }] }))
})
