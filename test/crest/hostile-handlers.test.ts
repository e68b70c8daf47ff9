/** @module Whatever a handler throws ends as documented: it backs off, then it is a dead letter, and nobody else notices. */
import { address, call, effects, type Host, type Participant, participant, query, type Schema } from '@darq/runtime'
import { stream } from '@darq/runtime/stream'
import { type Hostile, hostileValues } from '@darq/runtime/testing/hostile'
import { control, workflow } from '@darq/runtime/workflow'
import fc from 'fast-check'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { asError } from '../../runtime-ts/src/error.ts'
import { World } from './world.ts'

const { thrown } = hostileValues(fc)

const retry = { attempts_max: 3, backoff: '100 ms', backoff_max: '1 second' } as const
/** With jitter, a pause is at least half of what was asked for. */
const pause_ms_min = 50

const Messages = address('hand', {
  send: v.number(),
  batch: v.number(),
  ask: call(v.number(), v.number()),
  look: query(v.number()),
})
const Effects = address('effect', { rejects: v.number(), throws: v.number(), ask: call(v.number(), v.number()) })
const Records = address('records', { record: v.number() })
const Job = address('job/*', { start: call(v.number(), v.number()) })
const Work = address('work/*', { start: call(v.number(), v.string()) })
const Calm = address('calm', { add: v.number(), total: query(v.number()) })
const broken: Schema<number> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (): never => {
      throw now.make()
    },
  },
}
const Checked = address('checked', { send: broken })

/** What everything throws in the present run. */
let now: Hostile = { name: 'nothing', make: () => undefined }

class Tried {
  readonly at_ms: number[] = []
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  fails = (_given?: unknown): never => {
    this.at_ms.push(this.#world.clock.now_ms())
    throw now.make()
  }

  /** @param attempts that were made of it, with pauses in between */
  expectAttempts(attempts: number, pause_ms = pause_ms_min): void {
    expect(this.at_ms).toHaveLength(attempts)
    for (const [index, at_ms] of this.at_ms.slice(1).entries())
      expect(at_ms - (this.at_ms[index] ?? 0)).toBeGreaterThanOrEqual(pause_ms)
  }
}

interface Place {
  readonly world: World
  readonly host: Host
}

const calm = participant(Calm, {
  state: { total: 0 },
  on: {
    add(step, n) {
      step.state.total += n
    },
    total: (read) => read.state.total,
  },
})

/** Opens a host with the participant and one that is not to notice, throws every value there is, and looks. */
async function holds(
  make: (tried: Tried) => readonly Participant[],
  look: (place: Place, tried: Tried, error: ReturnType<typeof asError>) => Promise<void>,
): Promise<void> {
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  try {
    await fc.assert(
      fc.asyncProperty(thrown, async (hostile) => {
        now = hostile
        await using world = new World()
        const tried = new Tried(world)
        const host = await world.open({ participants: [calm, ...make(tried)] })
        await look({ world, host }, tried, asError(now.make(), 'handler_failed', { retryable: true }))
        const added = host.send(Calm.add(1))
        await world.clock.advance(100)
        await added.committed
        expect(await host.query(Calm.total())).toBe(1)
        expect(unhandled).toEqual([])
      }),
      { numRuns: 60 },
    )
  } finally {
    process.off('unhandledRejection', note)
  }
}

/** What a call or query rejects with. */
async function codeOf(asked: PromiseLike<unknown>): Promise<string> {
  return asked.then(
    () => 'nothing was thrown',
    ({ code }: { readonly code: string }) => code,
  )
}

/** What `refuse` throws is said once; anything else is tried again. */
const attemptsOf = ({ code }: { readonly code: string }): number => (code.startsWith('app:') ? 1 : retry.attempts_max)

async function expectLetter({ host, world }: Place, darq: string, error: { readonly code: string }, name: string) {
  await world.clock.advance(20_000)
  const letters = await host.inspect(darq).deadLetters()
  expect(letters.map((letter) => [letter.name, letter.error.code])).toEqual([[name, error.code]])
  expect(await host.inspect(darq).pending()).toBe(0)
}

test.each(['send', 'batch'] as const)(
  'a handler of messages (%s) is tried with pauses, then its message is a dead letter',
  (name) =>
    holds(
      ({ fails }) => [
        participant(Messages, {
          retry,
          on: { send: fails, batch: { batch: 4, run: fails }, ask: fails, look: () => 1 },
        }),
      ],
      async (place, tried, error) => {
        place.host.send(Messages[name](1))
        await expectLetter(place, 'hand', error, name)
        tried.expectAttempts(attemptsOf(error))
      },
    ),
  60_000,
)

test(
  'who calls a handler that throws is told after the last attempt',
  () =>
    holds(
      ({ fails }) => [participant(Messages, { retry, on: { send: fails, batch: fails, ask: fails, look: () => 1 } })],
      async ({ host, world }, tried, error) => {
        const told = codeOf(host.call(Messages.ask(1)))
        await world.clock.advance(20_000)
        expect(await told).toBe(attemptsOf(error) === 1 ? error.code : 'dead_letter')
        tried.expectAttempts(attemptsOf(error))
      },
    ),
  60_000,
)

test(
  'who asks a query that throws is told, at once unless it may succeed later',
  () =>
    holds(
      ({ fails }) => [participant(Messages, { on: { send: fails, batch: fails, ask: fails, look: fails } })],
      async ({ host, world }, tried, thrown) => {
        // Of an exception that is no DarqError the query says for itself that it is not retryable.
        const error = thrown.code === 'handler_failed' ? asError(now.make(), 'handler_failed') : thrown
        const told = codeOf(host.query(Messages.look()))
        if (error.retryable) {
          // A client reads again for a while what may be read later.
          await world.clock.advance(31_000)
          expect(await told).toBe('timeout')
          tried.expectAttempts(tried.at_ms.length, 25)
          return
        }
        expect(await told).toBe(error.code)
        const seen = host.watch(Messages.look())[Symbol.asyncIterator]().next()
        await expect(seen).rejects.toMatchObject({ code: error.code })
        expect(tried.at_ms).toHaveLength(2)
      },
    ),
  60_000,
)

test.each(['rejects', 'throws', 'ask'] as const)(
  'an effect that fails (%s) is tried with pauses while it is retryable',
  (name) =>
    holds(
      ({ fails }) => [
        effects(Effects, { rejects: async () => fails(), throws: fails, ask: async () => fails() }, { retry }),
      ],
      async (place, tried, error) => {
        const attempts = error.retryable ? retry.attempts_max : 1
        if (name === 'ask') {
          const told = codeOf(place.host.call(Effects.ask(1)))
          await place.world.clock.advance(20_000)
          expect(await told).toBe(error.retryable ? 'dead_letter' : error.code)
        } else {
          place.host.send(Effects[name](1))
          await expectLetter(place, 'effect', error, name)
        }
        tried.expectAttempts(attempts)
      },
    ),
  60_000,
)

test(
  'a workflow whose function throws has failed',
  () =>
    holds(
      ({ fails }) => [workflow(Job, async () => fails())],
      async ({ host, world }, tried, error) => {
        const told = codeOf(host.call(Job.start('a', 1)))
        await world.clock.advance(20_000)
        expect(await told).toBe(error.code)
        expect(await host.query(control(Job).describe('a'))).toMatchObject({
          status: 'failed',
          error: { code: error.code },
        })
        tried.expectAttempts(1)
      },
    ),
  60_000,
)

test(
  'a workflow’s effect that throws is tried with pauses, and rejects with an error that says so',
  () =>
    holds(
      ({ fails }) => [
        workflow(Work, async (flow) => {
          try {
            return await flow.effect('fail', fails, { retry })
          } catch (thrown) {
            return asError(thrown, 'internal').code
          }
        }),
      ],
      async ({ host, world }, tried, error) => {
        const told = host.call(Work.start('a', 1))
        await world.clock.advance(20_000)
        expect(await told).toBe(error.code)
        tried.expectAttempts(error.retryable ? retry.attempts_max : 1)
      },
    ),
  60_000,
)

test(
  'an operator of a stream that throws sets its records aside',
  () =>
    holds(
      ({ fails }) => [
        stream(Records.record, { retry })
          .map(fails)
          .to((value) => Calm.add(value)),
      ],
      async (place, tried, error) => {
        place.host.send(Records.record(1))
        await expectLetter(place, 'records', error, 'record')
        tried.expectAttempts(attemptsOf(error))
      },
    ),
  60_000,
)

test(
  'a schema that throws refuses the message',
  () =>
    holds(
      () => [participant(Checked, { on: { send() {} } })],
      async ({ host }) => {
        const { code } = asError(now.make(), 'schema')
        await expect(host.send(Checked.send(1)).committed).rejects.toMatchObject({ code })
      },
    ),
  60_000,
)
