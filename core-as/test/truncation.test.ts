import { describe, expect, test } from 'vitest'
import { Kind, type Lsn } from '../src/core.ts'
import { ingest, join, pending, step, text } from './frames.ts'
import { Pair } from './pair.ts'

const snapshot = (pair: Pair) => pair.each((core) => core.snapshot())

describe('a snapshot', () => {
  test('takes as many bytes as was said before', () => {
    const pair = new Pair({ producers_max: 1000 })
    for (let nth = 0; nth < 200; nth++) {
      pair.ingest({ producer: `${nth}${'x'.repeat(nth * 5)}`, messages: ['m'] })
      if (nth % 50 > 0) continue
      if (nth % 100 === 0) pair.seal()
      const { end, snapshot_bytes } = pair.core
      expect(snapshot(pair)).toBe('done')
      expect(pair.core.end - end).toBe(snapshot_bytes)
    }
  })

  test('is written in parts of at most 60,000 bytes, and knows every producer and channel', () => {
    const pair = new Pair({ producers_max: 1000 })
    const ids = Array.from({ length: 150 }, (_, nth) => `${nth}${'x'.repeat(900)}`)
    for (const producer of ids) pair.ingest({ producer, messages: ['m'] })
    pair.step({ consume: pair.pending(Kind.message), send: ids.map((to) => ({ to })) })
    pair.acknowledge(...pair.pending(Kind.out))
    const before = pair.seal()
    const { end } = pair.core
    snapshot(pair)
    const segment = pair.seal()
    const view = new DataView(segment.buffer)
    const parts: number[] = []
    for (let at = 32; at < segment.length; at += view.getUint32(at, true)) parts.push(view.getUint32(at, true))
    expect(parts.length).toBeGreaterThan(4)
    expect(Math.max(...parts)).toBeLessThanOrEqual(60_000)

    const alone = new Pair()
    expect(alone.load(segment)).toBe('ok')
    expect(alone.core.start).toBe(end)
    for (const id of ids) {
      expect(alone.core.expected(text(id))).toBe(2)
      expect(alone.core.outgoing(text(id))).toBe(2)
    }
    const both = new Pair()
    expect(both.load(join([before, segment]))).toBe('ok')
  })

  test('of nothing is one part without entries', () => {
    const pair = new Pair()
    snapshot(pair)
    const loaded = new Pair()
    expect(loaded.load(pair.seal())).toBe('ok')
    expect(loaded.digest()).toBe(pair.digest())
    expect(loaded.core.snapshotted).toBe(32)
  })

  test('stands where `snapshotted` says', () => {
    const pair = new Pair()
    expect(pair.core.snapshotted).toBe(0)
    pair.ingest({ messages: ['a'] })
    const { end } = pair.core
    snapshot(pair)
    expect(pair.core.snapshotted).toBe(end)
    pair.seal()
    snapshot(pair)
    expect(pair.core.snapshotted).toBe(pair.core.sealed + 32)
  })

  test('lets nobody forget a later sequence when it is applied again', () => {
    const pair = new Pair()
    pair.ingest({ producer: 'ann', messages: ['a'] })
    snapshot(pair)
    pair.ingest({ producer: 'ann', first: 2, messages: ['b'] })
    const loaded = new Pair()
    loaded.load(pair.seal())
    expect(loaded.each((core) => core.expected(text('ann')))).toBe(3)
  })
})

describe('the head', () => {
  test('stays at the start without a snapshot', () => {
    const pair = new Pair()
    for (let nth = 0; nth < 3; nth++) {
      pair.ingest({ messages: ['a'] })
      pair.step({ consume: pair.pending(Kind.message) })
      pair.seal()
    }
    expect(pair.core.head).toBe(0)
  })

  test('is held by what is pending, and by the snapshot', () => {
    const pair = new Pair()
    const starts: number[] = []
    for (let nth = 0; nth < 5; nth++) {
      starts.push(pair.core.sealed)
      pair.ingest({ messages: ['a', 'b'] })
      if (nth === 3) snapshot(pair)
      pair.seal()
    }
    const messages = pair.pending(Kind.message)
    expect(pair.core.head).toBe(0)
    pair.step({ consume: messages.slice(0, 5) })
    expect(pair.core.head).toBe(starts[2])
    pair.step({ consume: messages.slice(5) })
    expect(pair.core.head).toBe(starts[3])
    snapshot(pair)
    expect(pair.core.head).toBe(pair.core.sealed)
  })

  test('is held by an unacknowledged out-message', () => {
    const pair = new Pair()
    pair.ingest({ messages: ['a'] })
    pair.step({ consume: pair.pending(Kind.message), send: [{ to: 'b' }] })
    pair.seal()
    snapshot(pair)
    pair.seal()
    expect(pair.core.head).toBe(0)
    pair.acknowledge(...pair.pending(Kind.out))
    expect(pair.core.head).toBeGreaterThan(0)
  })

  test('goes back with a rewind', () => {
    const pair = new Pair()
    pair.ingest({ messages: ['a'] })
    pair.seal()
    const to = pair.core.end
    pair.step({ consume: pair.pending(Kind.message) })
    snapshot(pair)
    pair.seal()
    expect(pair.core.head).toBe(to)
    pair.each((core) => core.rewind(to))
    expect(pair.core.head).toBe(0)
  })
})

describe('truncating', () => {
  test('to the head loses nothing that matters, and a load of what stays gives the same state', () => {
    const pair = new Pair()
    const segments: { from: number; bytes: Uint8Array }[] = []
    const seal = () => segments.push({ from: pair.core.sealed, bytes: pair.seal() })
    for (let nth = 0; nth < 100; nth++) {
      pair.ingest({ producer: `p${nth % 7}`, first: Math.floor(nth / 7) + 1, messages: ['x'.repeat(nth * 3)] })
      const [oldest] = pair.pending(Kind.message)
      if (nth > 5 && oldest !== undefined) {
        pair.step({ consume: [oldest], send: [{ to: `d${nth % 3}` }], checkpoint: `${nth}` })
        pair.acknowledge(...pair.pending(Kind.out).slice(0, -2))
      }
      if (nth % 10 === 5) snapshot(pair)
      if (nth % 3 === 0) seal()
      pair.each((core) => core.truncate(core.head))
    }
    seal()
    const { start } = pair.core
    expect(start).toBeGreaterThan(10_000)

    const loaded = new Pair()
    const kept = segments.filter(({ from }) => from >= start).map(({ bytes }) => bytes)
    expect(loaded.load(join(kept))).toBe('ok')
    const acknowledged = loaded.pending(Kind.out).filter((lsn) => !pair.core.isPending(lsn))
    loaded.acknowledge(...acknowledged)
    expect(loaded.digest()).toBe(pair.digest())
    for (let nth = 0; nth < 7; nth++) {
      expect(loaded.core.expected(text(`p${nth}`))).toBe(pair.core.expected(text(`p${nth}`)))
    }
  })

  test('to anything but a segment start up to the head is a mistake of the caller', () => {
    const pair = new Pair()
    for (let nth = 0; nth < 3; nth++) {
      pair.ingest({ messages: ['a'] })
      pair.step({ consume: pair.pending(Kind.message) })
      snapshot(pair)
      pair.seal()
    }
    const { head, end } = pair.core
    for (const to of [head + 8, head - 8, end, -8, Number.NaN]) {
      for (const core of pair.cores) expect(() => core.truncate(to as Lsn)).toThrow(RangeError)
    }
    pair.same()
    pair.each((core) => core.truncate(head))
    pair.each((core) => core.truncate(head))
    expect(pair.core.start).toBe(head)
  })

  test('keeps memory flat however much passes through', () => {
    const pair = new Pair({ log_bytes_max: 1 << 16 })
    let memory_bytes = 0
    for (let nth = 1; nth <= 2000; nth++) {
      for (const core of pair.cores) {
        const { accepted } = ingest(core, { producer: 'ann', first: nth, messages: ['x'.repeat(500)] })
        expect(accepted).toBe(1)
        step(core, { consume: pending(core, Kind.message) })
        if (nth % 5 === 0) core.snapshot()
        core.seal()
        core.truncate(core.head)
      }
      if (nth === 100) memory_bytes = Math.max(...pair.cores.map((core) => core.memory_bytes))
    }
    pair.same()
    expect(pair.core.start).toBeGreaterThan(1_000_000)
    expect(Math.max(...pair.cores.map((core) => core.memory_bytes))).toBeLessThanOrEqual(memory_bytes)
  })
})
