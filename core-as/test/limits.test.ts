import { describe, expect, test } from 'vitest'
import { Kind } from '../src/core.ts'
import { batch, limits, put, step, text } from './frames.ts'
import { makers, Pair } from './pair.ts'

describe('the limit of the log', () => {
  test('is reached by reserve, ingest and step alike, and lets go after a truncation', () => {
    const pair = new Pair({ log_bytes_max: 8192 })
    let accepted = 0
    while (pair.ingest({ messages: ['x'.repeat(1000)] }).status === 'accepted') accepted++
    expect(accepted).toBe(7)
    pair.refuses(-1, () => pair.each((core) => core.reserve(1048)))
    pair.refuses('full', () => pair.ingest({ messages: ['x'.repeat(1000)] }).status)
    pair.refuses('full', () => pair.step({ consume: pair.pending(Kind.message), remember: ['x'.repeat(1000)] }))
    expect(pair.step({ consume: pair.pending(Kind.message) })).toBe('done')
    expect(pair.each((core) => core.snapshot())).toBe('done')
    pair.seal()
    pair.each((core) => core.snapshot())
    pair.each((core) => core.truncate(core.head))
    expect(pair.ingest({ messages: ['x'.repeat(1000)] }).status).toBe('accepted')
  })

  test('does not hold a snapshot back: it is what frees the log', () => {
    const pair = new Pair({ log_bytes_max: 200 })
    pair.ingest({ producer: 'ann', messages: ['x'.repeat(90)] })
    pair.ingest({ messages: ['x'.repeat(20)] })
    expect(pair.each((core) => core.snapshot())).toBe('done')
    expect(pair.core.end).toBeGreaterThan(200)
  })

  test('counts to the byte', () => {
    for (const [log_bytes_max, status] of [
      [32 + 64, 'accepted'],
      [32 + 64 - 1, 'full'],
    ] as const) {
      const pair = new Pair({ log_bytes_max })
      expect(pair.ingest({ messages: ['x'.repeat(16)] }).status).toBe(status)
    }
  })

  test('does not keep what is stored from being loaded', () => {
    const pair = new Pair()
    pair.ingest({ producer: 'ann', messages: ['x'.repeat(1000)] })
    pair.ingest({ producer: 'bob', messages: ['x'.repeat(1000)] })
    const small = new Pair({ log_bytes_max: 500, producers_max: 1, message_bytes_max: 10 })
    expect(small.load(pair.seal())).toBe('ok')
    expect(small.core.unconsumed).toBe(2)
    small.refuses('full', () => small.ingest({ producer: 'ann', first: 2, messages: ['y'] }).status)
  })
})

describe('the limit of producers and of channels', () => {
  test('refuses a new producer, and takes more from those that are known', () => {
    const pair = new Pair({ producers_max: 2 })
    pair.ingest({ producer: 'a', messages: ['1'] })
    pair.ingest({ producer: 'b', messages: ['1'] })
    pair.refuses('full', () => pair.ingest({ producer: 'c', messages: ['1'] }).status)
    expect(pair.ingest({ producer: 'a', first: 2, messages: ['2'] }).accepted).toBe(1)
    expect(pair.ingest({ messages: ['unsequenced'] }).accepted).toBe(1)
  })

  test('counts channels apart, and a refused step makes none', () => {
    const pair = new Pair({ producers_max: 3 })
    for (const producer of ['a', 'b', 'c']) pair.ingest({ producer, messages: ['1'] })
    const [first = 0, second = 0] = pair.pending(Kind.message)
    pair.refuses('full', () => pair.step({ consume: [first], send: ['x', 'y', 'x', 'z', 'w'].map((to) => ({ to })) }))
    expect(pair.step({ consume: [first], send: ['x', 'x', 'y', 'x', 'z'].map((to) => ({ to })) })).toBe('done')
    pair.refuses('full', () => pair.step({ consume: [second], send: [{ to: 'w' }] }))
    expect(pair.step({ consume: [second], send: [{ to: 'w', due_ms: 1 }, { to: 'x' }] })).toBe('done')
    expect(pair.each((core) => core.outgoing(text('x')))).toBe(5)
  })

  test('many refused steps leave the tables findable', () => {
    const pair = new Pair({ producers_max: 60 })
    pair.ingest({ messages: ['m'] })
    const consume = pair.pending(Kind.message)
    for (let nth = 0; nth < 30; nth++) {
      const send = Array.from({ length: 70 }, (_, channel) => ({ to: `${nth}-${channel}` }))
      pair.refuses('full', () => pair.step({ consume, send }))
      pair.refuses('not_pending', () => pair.step({ consume: [...consume, 0], send: send.slice(0, 50) }))
      pair.ingest({ producer: `p${nth}`, messages: ['m'] })
    }
    for (let nth = 0; nth < 30; nth++) {
      expect(pair.core.expected(text(`p${nth}`))).toBe(2)
      expect(pair.core.outgoing(text(`${nth}-3`))).toBe(1)
    }
    pair.same()
  })
})

describe('a frame', () => {
  test('needs a place that was reserved for it', () => {
    const pair = new Pair()
    const frame = batch({ messages: ['a'] })
    pair.refuses('full', () => pair.each((core) => core.ingest(frame.length).status))
    pair.refuses('full', () => pair.each((core) => core.step(frame.length)))
    pair.each((core) => put(core, frame))
    pair.refuses('full', () => pair.each((core) => core.ingest(frame.length + 8).status))
    expect(pair.each((core) => core.ingest(frame.length).status)).toBe('accepted')
    pair.refuses('full', () => pair.each((core) => core.ingest(frame.length).status))
  })

  test.each([-8, 12, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('of %d bytes is none', (bytes) => {
    const pair = new Pair()
    pair.ingest({ messages: ['a'] })
    const good = batch({ messages: ['b'] })
    const digest = pair.digest()
    for (const core of pair.cores) {
      put(core, good)
      expect(['bad_frame', 'full']).toContain(core.ingest(bytes).status)
      expect(['bad_frame', 'full']).toContain(core.step(bytes))
    }
    expect(pair.digest()).toBe(digest)
  })

  test.each([-1, 2 ** 31, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY])('of %d bytes gets no place', (bytes) => {
    const pair = new Pair({ log_bytes_max: 2 ** 30 })
    expect(pair.each((core) => core.reserve(bytes))).toBe(-1)
  })
})

test.each([
  { log_bytes_max: -1 },
  { log_bytes_max: 2 ** 31 },
  { message_bytes_max: 0.5 },
  { producers_max: Number.NaN },
  { hash_key: new Uint8Array(8) },
])('limits that are none are a mistake of the caller: %o', (wrong) => {
  for (const make of makers) expect(() => make({ ...limits, ...wrong })).toThrow(RangeError)
})

describe('memory', () => {
  test('grows under a log, a pending set and tables that grow, and nothing is lost', () => {
    const pair = new Pair({ log_bytes_max: 1 << 24, producers_max: 10_000 })
    for (const core of pair.cores) {
      for (let nth = 0; nth < 5000; nth++) {
        const frame = batch({ producer: `producer ${nth}`, messages: ['x'.repeat(nth % 300), 'y'] })
        if (!put(core, frame) || core.ingest(frame.length).accepted !== 2) expect.fail(`at ${nth}`)
        if (nth % 100 === 50) core.seal()
        if (nth % 10 === 9)
          step(core, {
            consume: [core.lsns[core.pending(core.start, 1 << Kind.message) - 1] ?? 0],
            send: [{ to: `${nth}` }],
          })
      }
    }
    pair.same()
    for (let nth = 0; nth < 5000; nth++) {
      if (pair.core.expected(text(`producer ${nth}`)) !== 3) expect.fail(`producer ${nth}`)
    }
    const rest = pair.pending(Kind.message)
    expect(rest).toHaveLength(9500)
    expect(rest.every((lsn) => pair.core.isPending(lsn))).toBe(true)
  })

  test('starts small', () => {
    for (const core of new Pair().cores) expect(core.memory_bytes).toBeLessThanOrEqual(65536)
  })
})
