import { address, answer, call, DarqError, effects, type Plain, participant, query, value } from '@darq/runtime'
import { workflow } from '@darq/runtime/workflow'
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { quiet } from '../crest/virtual-clock.ts'
import { World } from '../crest/world.ts'

const limit = 4_096
const limits = { message_bytes_max: limit }

// Whatever may come: no type of it ends.
const Data = v.any()
const Job = address(
  'job/*',
  { start: call(Data, v.string()), go: Data, shown: query(v.optional(v.string())) },
  { darqs: 1 },
)
const Echo = address('echo', { make: call(v.number(), v.string()), take: call(Data, v.null()), hear: Data })
const echo = participant(Echo, {
  on: {
    make: (_step, length) => 'x'.repeat(length),
    take: () => null,
    hear() {},
  },
})

function deep(levels: number): Plain {
  let made: Plain = 0
  for (let level = 0; level < levels; level += 1) made = [made]
  return made
}

/** What user code met: 'ok', or the code of a typed error. */
async function met(run: () => unknown): Promise<string> {
  try {
    await run()
    return 'ok'
  } catch (error) {
    return error instanceof DarqError ? error.code : `not typed: ${String(error)}`
  }
}

/** Sizes on both sides of the limit, and depths. */
const sizes = fc.oneof(
  fc.integer({ min: limit - 400, max: limit + 400 }),
  fc.constantFrom(limit - 1, limit, limit + 1, 2 * limit, 2 * limit + 65_536, 5 * limit + 65_536, 0),
)

describe('a workflow’s value near the limit', () => {
  test.each([
    ['of many bytes', 'x'.repeat(limit - 300)],
    ['of many levels', deep(63)],
  ])('%s is an input that it runs with, also after a restart', async (_, input) => {
    await using world = new World()
    const job = workflow(Job, async (flow, given) => {
      await flow.receive('go')
      return JSON.stringify(given).slice(0, 100)
    })
    const participants = [job]
    const host = await world.open({ participants, limits })
    await host.call(Job.start('x', input)).receipt.committed
    await quiet()
    await host.close()
    const again = await world.open({ participants, limits })
    await again.send(Job.go('x', input)).committed
    expect(await again.call(Job.start('x', input))).toBe(JSON.stringify(input).slice(0, 100))
    expect(world.errors).toEqual([])
  })

  test('is a rejection that the function can catch, or goes through, whichever way it leaves', async () => {
    const ways = fc.constantFrom('effect', 'answer', 'call', 'send', 'show', 'again', 'deep effect', 'deep call')
    await fc.assert(
      fc.asyncProperty(ways, sizes, async (way, size) => {
        await using world = new World()
        const text = 'x'.repeat(size)
        const job = workflow(Job, async (flow, given) => {
          if (given === text) return 'ok'
          const code = await met(async () => {
            if (way === 'effect') await flow.effect('make', async () => text)
            if (way === 'answer') await flow.call(Echo.make(size))
            if (way === 'call') await flow.call(Echo.take(text))
            if (way === 'send') await flow.send(Echo.hear(text))
            if (way === 'show') flow.show('shown', text)
            if (way === 'deep effect') await flow.effect('make', async () => deep(size % 80))
            if (way === 'deep call') await flow.call(Echo.take(deep(size % 80)))
          })
          if (way === 'again' && size <= limit - 2) flow.continueAsNew(text)
          return code === 'ok' && way === 'again' ? met(() => flow.continueAsNew(text)) : code
        })
        const participants = [job, echo]
        const host = await world.open({ participants, limits })
        const asked = host.call(Job.start('x', { seed: 1 }))
        await world.clock.advance(60_000)
        const code = await asked
        expect(code).toMatch(/^(ok|too_large|dead_letter|handler_failed)$/)
        // A text that fits with something around it goes through; one that does not by itself never does.
        if (!way.startsWith('deep') && size <= limit - 300) expect(code).toBe('ok')
        if (!way.startsWith('deep') && size > limit + 65_536) expect(code).not.toBe('ok')
        await host.close()
        const again = await world.open({ participants, limits })
        expect(await again.call(Job.start('x', { seed: 1 }))).toBe(code)
      }),
      { numRuns: 60 },
    )
  })

  test('is an error when so much is asked for about one event that it can’t be written down', async () => {
    await using world = new World()
    const job = workflow(Job, async (flow) =>
      met(async () => {
        for (let n = 0; n < 5_000; n += 1) await flow.send(Echo.hear(n))
      }),
    )
    const host = await world.open({ participants: [job, echo], limits })
    expect(await host.call(Job.start('x', 1))).toBe('too_large')
  })

  test('and a caller’s large note are too much for one answer: the caller is told', async () => {
    await using world = new World()
    const Boss = address('boss', { go: v.null(), heard: query(v.string()) })
    const boss = participant(Boss, {
      state: { heard: '' },
      own: { done: answer(Job.start, v.string()) },
      on: {
        go: (step) => step.call(Job.start('x', 1), step.own.done('n'.repeat(limit - 500))),
        done(step, came) {
          step.state.heard = came.ok ? 'ok' : came.error.code
        },
        heard: (read) => read.state.heard,
      },
    })
    const job = workflow(Job, async () => 'x'.repeat(limit - 100))
    const host = await world.open({ participants: [job, boss], limits })
    await host.send(Boss.go(null)).committed
    await world.clock.advance(1_000)
    expect(await host.query(Boss.heard())).toBe('too_large')
  })
})

describe('a message at the limit', () => {
  const Odd = address('odd', { fail: Data })
  const odd = participant(Odd, {
    on: {
      fail() {
        throw new Error('no')
      },
    },
    retry: { attempts_max: 1 },
  })
  /** What an envelope takes: J["fail","…"]. */
  const largest = 'x'.repeat(limit - 'J["fail",""]'.length)

  test('whose handler fails becomes a dead letter', async () => {
    await using world = new World()
    const host = await world.open({ participants: [odd], limits })
    await expect(host.send(Odd.fail(`${largest}x`)).committed).rejects.toMatchObject({ code: 'too_large' })
    await host.send(Odd.fail(largest)).committed
    await world.clock.advance(1_000)
    expect(await host.inspect('odd').deadLetters()).toHaveLength(1)
    expect(await host.inspect('odd').pending()).toBe(0)
  })

  test('is one that an effect can be asked with', async () => {
    await using world = new World()
    let ran = 0
    const made = effects(Odd, {
      async fail() {
        ran += 1
      },
    })
    const host = await world.open({ participants: [made], limits })
    await host.send(Odd.fail(largest)).committed
    await world.clock.advance(1_000)
    expect(ran).toBe(1)
  })
})

test.each([60, 61, 62, 63, 64, 65])(
  'state of %i levels that is taken once can be moved forward, step by step',
  async (levels) => {
    await using world = new World()
    const Keep = address('keep', { put: Data, count: v.string(), counted: query(v.number()) })
    const keep = participant(Keep, {
      state: { kept: value(Data, null), counted: 0 },
      on: {
        put(step, given) {
          step.state.kept = [given]
        },
        count(step) {
          step.state.counted += 1
        },
        counted: (read) => read.state.counted,
      },
      retry: { attempts_max: 1 },
    })
    const small = { log_bytes_max: 64 * 1024 }
    const host = await world.open({ participants: [keep], limits: small })
    await met(() => host.send(Keep.put(deep(levels))).committed)
    for (let n = 0; n < 40; n += 1) {
      await host.send(Keep.count('x'.repeat(1_000))).committed
      await world.clock.advance(1)
    }
    expect(await host.query(Keep.counted())).toBe(40)
  },
)
