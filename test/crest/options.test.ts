/** @module Counts, spans and K are checked the same way wherever they are options. */
import { address, call, effects, participant, version } from '@darq/runtime'
import { collect, session, sliding, stream, tumbling } from '@darq/runtime/stream'
import { workflow } from '@darq/runtime/workflow'
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'

const invalid = (given: unknown) =>
  expect.objectContaining({ code: 'invalid_argument', facts: expect.objectContaining({ got: String(given) }) })

const Go = address('go', { go: v.number() })
const Start = address('start/*', { start: call(v.number(), v.number()) })
const on = { go() {} }

/** Every option that counts something, and may not be 0. */
const counts: Record<string, (count: never) => unknown> = {
  'attempts_max of a participant': (attempts_max) => participant(Go, { on, retry: { attempts_max } }),
  'batch of a handler': (batch) => participant(Go, { on: { go: { batch, run() {} } } }),
  'parallel_max of effects': (parallel_max) => effects(Go, { go: async () => {} }, { parallel_max }),
  'darqs of a family': (darqs) => address('a/*', { go: v.number() }, { darqs }),
  'number of a version': (number) => version(number, v.number()),
  'batch of a stream': (batch) => stream(Go.go, { batch }),
  'open_max of a stream': (open_max) => stream(Go.go, { open_max }),
  'running_max of a workflow': (running_max) => workflow(Start, async () => 1, { running_max }),
  'limit of an aggregate': (limit) => collect(limit),
}

describe.each(Object.entries(counts))('%s', (_name, declare) => {
  test('takes a whole number from 1 on', () => {
    for (const count of [1, 2, 1_000]) declare(count as never)
  })

  test('refuses anything else', () => {
    const bad = fc.oneof(
      fc.integer({ max: 0 }),
      fc.double().filter((count) => !Number.isInteger(count)),
      fc.constantFrom(Number.POSITIVE_INFINITY, Number.NaN, -0, 2 ** 53, 1e300, 5e-324, '1'),
    )
    fc.assert(
      fc.property(bad, (count) => {
        expect(() => declare(count as never)).toThrow(invalid(count))
      }),
    )
  })
})

/** Every option that is a length of time. */
const spans: Record<string, (span: never) => unknown> = {
  backoff: (backoff) => participant(Go, { on, retry: { backoff } }),
  'timeout of effects': (timeout) => effects(Go, { go: async () => {} }, { timeout }),
  'wait of a batch': (wait) => participant(Go, { on: { go: { batch: 2, wait, run() {} } } }),
  'keep of a workflow': (keep) => workflow(Start, async () => 1, { keep }),
  'idle of a stream': (idle) => stream(Go.go, { idle }),
  'size of a window': (size) => tumbling(size, Number),
  'every of a window': (every) => sliding('1 day', every, Number),
  'gap of a session': (gap) => session(gap, Number),
}

describe.each(Object.entries(spans))('%s', (_name, declare) => {
  test('refuses what is not a span', () => {
    const bad = fc.oneof(
      fc.constantFrom('NaN ms', 'Infinity ms', '-1 ms', ' ms', 'ms', '1', '1 week', '1 ms ms', '1  ms', ''),
      fc.constantFrom(1, {}, Symbol('ms'), Object.create(null)),
    )
    fc.assert(
      fc.property(bad, (span) => {
        expect(() => declare(span as never)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
      }),
    )
  })
})
