/** @module State as unconsumed self-messages: restored as it was, never growing with history. */
import type { Delivered, Lsn, Payload, StepReceipt } from '@darq/runtime/engine'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Ledger, type Moves } from '../../runtime-ts/src/crest/run/ledger.ts'

const encoder = new TextEncoder()
const bytesOf = (payload: Payload): Uint8Array => (typeof payload === 'string' ? encoder.encode(payload) : payload)

/** The part of a log that state stands in. It insists on the rules that a core has. */
class Log {
  end = 32
  readonly live = new Map<number, Uint8Array>()
  checkpoint: { readonly lsn: number; readonly bytes: Uint8Array } | undefined
  written_bytes = 0
  records = 0

  append(bytes: number): Lsn {
    const lsn = this.end
    this.end += (8 + bytes + 7) & ~7
    return lsn as Lsn
  }

  step({ consume, remember, checkpoint }: Moves): StepReceipt {
    const consumed = new Set<number>(consume)
    if (consumed.size !== consume.length) throw new Error('consumed twice')
    for (const lsn of consumed) {
      const isCheckpoint = lsn === this.checkpoint?.lsn
      if (!this.live.delete(lsn) && !isCheckpoint) throw new Error(`${lsn} is not pending`)
      if (isCheckpoint) this.checkpoint = undefined
    }
    const remembered = remember.map((payload) => {
      const bytes = bytesOf(payload)
      const lsn = this.append(bytes.length)
      this.live.set(lsn, bytes)
      this.written_bytes += bytes.length
      this.records += 1
      return lsn
    })
    let at: Lsn | 0 = 0
    if (checkpoint !== undefined) {
      const bytes = bytesOf(checkpoint)
      at = this.append(bytes.length)
      this.checkpoint = { lsn: at, bytes }
      this.written_bytes += bytes.length
    }
    const completion = this.append(16)
    return {
      completion,
      remembered,
      sent: [],
      checkpoint: at,
      durable: Promise.resolve(),
      committed: Promise.resolve(),
    }
  }

  get oldest(): number {
    // A map gives its keys in the order in which they came.
    const first = this.live.keys().next().value
    return Math.min(this.checkpoint?.lsn ?? this.end, first ?? this.end)
  }

  restored(): Ledger {
    const ledger = new Ledger(new Map())
    const checkpoint = this.checkpoint && delivered(this.checkpoint.lsn, this.checkpoint.bytes)
    ledger.restore(
      checkpoint,
      [...this.live].map(([lsn, bytes]) => delivered(lsn, bytes)),
      (_cell, value) => value,
    )
    return ledger
  }
}

function delivered(lsn: number, bytes: Uint8Array): Delivered<'restore'> {
  return {
    lsn: lsn as Lsn,
    from: '',
    sequence: 0,
    grade: 'committed',
    read: (decode) => decode(bytes),
    copy: () => bytes,
  }
}

function contents(ledger: Ledger): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const cell of ledger.cellsWith('')) {
    let size = 0
    for (const [key, { present, value }] of ledger.table(cell)) {
      if (!present) continue
      found[`${cell}/${key}`] = value
      size += 1
    }
    expect(ledger.size(cell)).toBe(size)
  }
  return found
}

type Change = { readonly cell: string; readonly key: string; readonly value: unknown }

describe('a ledger', () => {
  const cell = fc.constantFrom('a', 'b')
  const key = fc.integer({ min: 0, max: 12 }).map(String)
  const value = fc.oneof(
    fc.constant(undefined),
    fc.integer(),
    fc.integer({ min: 0, max: 1_500 }).map((length) => 'x'.repeat(length)),
    fc.constant({ deep: [1] }),
  )
  const change: fc.Arbitrary<Change> = fc.record({ cell, key, value })
  const action = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ do: fc.constant('step' as const), changes: fc.array(change, { maxLength: 4 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('throw' as const), changes: fc.array(change, { maxLength: 4 }) }),
    },
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constant('pass' as const), bytes: fc.integer({ min: 0, max: 60_000 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  )

  test('holds what was set, undoes what was thrown, and comes back the same from its log', () => {
    let checkpoints = 0
    let dissolved = 0
    fc.assert(
      fc.property(fc.array(action, { maxLength: 100, size: 'max' }), (actions) => {
        const log = new Log()
        let ledger = new Ledger(new Map())
        let model: Record<string, unknown> = {}
        for (const done of actions) {
          if (done.do === 'pass') log.append(done.bytes)
          else if (done.do === 'restart') ledger = log.restored()
          else {
            const changed = { ...model }
            ledger.begin()
            for (const { cell, key, value } of done.changes) {
              if (value === undefined) {
                ledger.delete(cell, key)
                delete changed[`${cell}/${key}`]
              } else {
                ledger.set(cell, key, value)
                changed[`${cell}/${key}`] = value
              }
              expect(ledger.get(cell, key)).toBe(value)
            }
            if (done.do === 'throw') ledger.undo()
            else {
              const had = log.checkpoint !== undefined
              const moves = ledger.moves(log.append(8), 2)
              ledger.settle(moves, log.step(moves))
              if (moves.checkpoint !== undefined) checkpoints += 1
              else if (had && log.checkpoint === undefined) dissolved += 1
              model = changed
            }
          }
          expect(contents(ledger)).toEqual(model)
          expect(ledger.records).toBe(log.live.size + (log.checkpoint === undefined ? 0 : 1))
        }
        expect(contents(log.restored())).toEqual(model)
      }),
      { numRuns: 100 },
    )
    // The interesting paths were taken.
    expect(checkpoints).toBeGreaterThan(20)
    expect(dissolved).toBeGreaterThan(5)
  })

  test.each([
    { cells: 3, hot: 1, message_bytes: 100 },
    { cells: 220, hot: 220, message_bytes: 100 },
    { cells: 5_000, hot: 10, message_bytes: 100 },
    { cells: 5_000, hot: 10, message_bytes: 20_000 },
  ])('of $cells cells, $hot in use, fed $message_bytes bytes a step, keeps its log flat and copies little', (given) => {
    const { cells, hot, message_bytes } = given
    const log = new Log()
    const ledger = new Ledger(new Map())
    const filler = 'x'.repeat(40)
    const set = (key: string, value: unknown): void => {
      ledger.begin()
      ledger.set('table', key, value)
      const moves = ledger.moves(log.append(message_bytes), 2)
      ledger.settle(moves, log.step(moves))
    }
    for (let at = 0; at < cells; at += 1) set(`cold ${at}`, { at, filler })
    const live_bytes = [...log.live.values()].reduce((sum, { length }) => sum + length + 16, 0)
    const steps = message_bytes > 1_000 ? 1_000 : 30_000
    let longest = 0
    const [end, written_bytes] = [log.end, log.written_bytes]
    for (let at = 0; at < steps; at += 1) {
      set(`cold ${at % hot}`, { at, filler })
      if (at > steps / 2 && at % 97 === 0) longest = Math.max(longest, log.end - log.oldest)
    }
    expect(longest).toBeLessThan(Math.max(150_000, 4.5 * live_bytes))
    // Never more than what the messages themselves take, and the two copies that a step may always make.
    expect((log.written_bytes - written_bytes) / steps).toBeLessThan(Math.max(300, 1.1 * message_bytes))
    expect(log.end).toBeGreaterThan(end)
  })

  test('writes nothing for a number that is set to what it is', () => {
    const log = new Log()
    const ledger = new Ledger(new Map())
    for (const expected of [1, 0]) {
      ledger.begin()
      ledger.set('total', '', 7)
      const moves = ledger.moves(log.append(8), 2)
      expect(moves.remember).toHaveLength(expected)
      ledger.settle(moves, log.step(moves))
    }
  })

  test('refuses a change outside a step', () => {
    const ledger = new Ledger(new Map())
    expect(() => ledger.set('a', '', 1)).toThrowError(expect.objectContaining({ code: 'step_closed' }))
  })

  test('refuses a value that can’t be kept, and keeps the old one', () => {
    const ledger = new Ledger(new Map())
    ledger.begin()
    ledger.set('a', '', new Map())
    expect(() => ledger.moves(8 as Lsn, 2)).toThrowError(expect.objectContaining({ code: 'schema' }))
    ledger.undo()
    expect(ledger.get('a', '')).toBeUndefined()
  })
})
