import { address, DarqError, participant, query } from '@darq/runtime'
import { count, session, sliding, stream, tumbling } from '@darq/runtime/stream'
import { workflow } from '@darq/runtime/workflow'
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { milliseconds, type Span } from '../../runtime-ts/src/crest/define/span.ts'
import { World } from '../crest/world.ts'
import { Job, WorkflowPlace } from '../workflow/place.ts'

/** What the types let through and arithmetic does not. */
const strangeNumbers = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  5e-324,
  -1,
  2 ** 53,
  2 ** 53 + 2,
  8.64e15,
  8.64e15 + 2,
  1e300,
  -1e300,
  1_700_000_000_000_000_000,
]
const anyNumber = fc.oneof(fc.constantFrom(...strangeNumbers), fc.double(), fc.integer())
const unit = fc.constantFrom('ms', 'seconds', 'minutes', 'hours', 'days')
const anySpan = fc.tuple(anyNumber, unit).map(([n, one]) => `${n} ${one}` as Span)

function codeOf(run: () => unknown): string {
  try {
    run()
    return 'ok'
  } catch (error) {
    return error instanceof DarqError ? error.code : `not typed: ${String(error)}`
  }
}

test('a span is refused where it is given, or is a time that a Date can add', () => {
  fc.assert(
    fc.property(anySpan, (span) => {
      const code = codeOf(() => milliseconds(span))
      expect(code).toMatch(/^(ok|invalid_argument)$/)
      if (code === 'ok') expect(Number.isNaN(new Date(milliseconds(span)).getTime())).toBe(false)
    }),
    { numRuns: 2_000 },
  )
})

/** Any number, as a schema that looks at the type alone lets it in. */
const anyTime = v.custom<number>((value) => typeof value === 'number')

const Reads = address('reads', {
  read: v.object({ key: v.string(), at: anyTime }),
  sums: query(v.array(v.object({ key: v.string(), n: v.number() }))),
})

describe('a window', () => {
  test('counts what has a time, and puts aside what has none, whatever comes', async () => {
    const windows = fc.constantFrom(
      tumbling('1 hour', ({ at }: { at: number }) => at),
      sliding('1 hour', '10 minutes', ({ at }: { at: number }) => at),
      session('1 hour', ({ at }: { at: number }) => at),
    )
    const isTime = (at: number): boolean => Math.abs(at) <= 8.64e15
    await fc.assert(
      fc.asyncProperty(windows, fc.array(anyNumber, { minLength: 1, maxLength: 4 }), async (window, times) => {
        await using world = new World()
        const counted = stream(Reads.read, { retry: { attempts_max: 1 } })
          .keyBy(({ key }) => key)
          .window(window)
          .aggregate(count())
          .map(({ key, value }) => ({ key, n: value }))
          .view(Reads.sums, { open: true })
        const host = await world.open({ participants: [counted] })
        for (const at of times) await host.send(Reads.read({ key: 'k', at })).committed
        await world.clock.advance(60_000)
        expect(await host.inspect('reads').pending()).toBe(0)
        const letters = await host.inspect('reads').deadLetters()
        expect(letters.map(({ error }) => error.code)).toEqual(times.filter((at) => !isTime(at)).map(() => 'schema'))
        if (times.some(isTime)) expect((await host.query(Reads.sums())).length).toBeGreaterThan(0)
      }),
      { numRuns: 60 },
    )
  })

  test('is none when it is too short to move a time on', () => {
    expect(codeOf(() => tumbling('1e-9 ms' as Span, () => 0))).toBe('invalid_argument')
    expect(codeOf(() => sliding('1 ms', '0.01 ms', () => 0))).toBe('invalid_argument')
  })
})

describe('a workflow', () => {
  test('meets a bad span, time or count where it gives it, and ends', async () => {
    const ways = fc.constantFrom(
      'retry',
      'backoff_max',
      'timeout',
      'attempts',
      'sleep',
      'receive',
      'call',
      'at',
      'after',
    )
    await fc.assert(
      fc.asyncProperty(ways, anySpan, anyNumber, async (way, span, number) => {
        await using place = new WorkflowPlace()
        const job = workflow(Job, async (flow) => {
          const failing = async (): Promise<string> => {
            throw new Error('no')
          }
          const once = { attempts_max: 2 }
          try {
            if (way === 'retry') await flow.effect('e', failing, { retry: { ...once, backoff: span } })
            if (way === 'backoff_max') await flow.effect('e', failing, { retry: { ...once, backoff_max: span } })
            if (way === 'timeout') await flow.effect('e', failing, { retry: once, timeout: span })
            if (way === 'attempts') await flow.effect('e', failing, { retry: { attempts_max: Math.min(number, 3) } })
            const late = Promise.race([flow.sleep('1 second'), flow.sleep(way === 'sleep' ? span : '1 ms')])
            await late
            if (way === 'receive') await Promise.race([flow.sleep('1 second'), flow.receive('go', { timeout: span })])
            if (way === 'at') await flow.step((step) => step.send(Job.other('none', { n: 1 }), { at: number }))
            if (way === 'after') await flow.step((step) => step.send(Job.other('none', { n: 1 }), { after: span }))
            return 'ok'
          } catch (error) {
            return error instanceof DarqError ? error.code : `not typed: ${String(error)}`
          }
        })
        await place.open(job)
        const done = place.result('x')
        await place.advance(86_400_000 * 400)
        expect((await place.describe('x')).status).toBe('done')
        expect(await done).toMatch(/^(ok|invalid_argument|handler_failed|timeout)$/)
      }),
      { numRuns: 60 },
    )
  })

  test('backoff: NaN rejects the effect', async () => {
    await using place = new WorkflowPlace()
    const job = workflow(Job, async (flow) =>
      flow
        .effect('e', async () => 'ok', { retry: { backoff: 'NaN ms' as Span } })
        .catch((error: DarqError) => error.code),
    )
    await place.open(job)
    expect(await place.result('x')).toBe('invalid_argument')
  })
})

test('a step that sends at a time that is none fails, and nothing else does', async () => {
  await using world = new World()
  const Late = address('late', { at: anyTime, heard: v.null(), ran: query(v.number()) })
  const late = participant(Late, {
    state: { ran: 0 },
    on: {
      at(step, at) {
        step.state.ran += 1
        step.send(Late.heard(null), { at })
      },
      heard() {},
      ran: (read) => read.state.ran,
    },
    retry: { attempts_max: 1 },
  })
  const host = await world.open({ participants: [late] })
  const isTime = (at: number): boolean => Math.abs(at) <= 8.64e15
  for (const at of strangeNumbers) await host.send(Late.at(at)).committed
  await world.clock.advance(10)
  expect(await host.query(Late.ran())).toBe(strangeNumbers.filter(isTime).length)
  expect(await host.inspect('late').deadLetters()).toHaveLength(strangeNumbers.filter((at) => !isTime(at)).length)
})
