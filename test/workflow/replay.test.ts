import { address, call, query } from '@darq/runtime'
import { workflow } from '@darq/runtime/workflow'
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { courseOf, type Interruption } from './interrupted.ts'
import { WorkflowPlace } from './place.ts'
import { programs } from './program.ts'

const interruptions: readonly Interruption[] = ['closed', 'taken over', 'processor dies']

describe.each(interruptions)('a program whose host is interrupted: %s', (interruption) => {
  test('comes to the same, asks for the same, under the same keys', { timeout: 60_000 }, async () => {
    let interrupted = 0
    await fc.assert(
      fc.asyncProperty(programs, fc.nat(1), fc.integer({ min: 1, max: 5 }), async (program, rounds, every) => {
        const { interruptions: none, ...expected } = await courseOf(program, rounds)
        const { interruptions: count, ...came } = await courseOf(program, rounds, interruption, every)
        interrupted += count
        expect(none).toBe(0)
        expect(came).toEqual(expected)
        expect(expected.unstable).toEqual([])
      }),
      { numRuns: 25 },
    )
    expect(interrupted).toBeGreaterThan(50)
  })
})

const Contest = address(
  'contest/*',
  {
    start: call(v.array(v.number()), v.string()),
    one: v.number(),
    two: v.number(),
    three: v.number(),
    end: v.null(),
    winner: query(v.string()),
  },
  { darqs: 1 },
)
/** Each contender needs so many turns of the microtask queue after its message. */
const contest = workflow(Contest, async (flow, turns) => {
  const contenders = (['one', 'two', 'three'] as const).map(async (name, index) => {
    const number = await flow.receive(name)
    for (let turn = 0; turn < (turns[index] ?? 0); turn += 1) await undefined
    return `${name} ${number}`
  })
  const winner = await Promise.race(contenders)
  flow.show('winner', winner)
  await flow.receive('end')
  return winner
})

test('events that are told together have the same winner when they are told again', async () => {
  const winners = new Set<string>()
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(6), { minLength: 3, maxLength: 3 }),
      fc.shuffledSubarray(['one', 'two', 'three'] as const, { minLength: 2 }),
      async (turns, names) => {
        await using place = new WorkflowPlace()
        const host = await place.open(contest)
        host.call(Contest.start('x', turns))
        // In one breath: they wait for the step before, and are told together.
        for (const [number, name] of names.entries()) host.send(Contest[name]('x', number))
        await place.settled()
        const winner = await host.query(Contest.winner('x'), { grade: 'committed' })
        winners.add(`${names[0] === winner.split(' ')[0]}`)
        for (let opened = 0; opened < 2; opened += 1) {
          await place.open(contest)
          expect(await place.host.query(Contest.winner('x'))).toBe(winner)
        }
        await place.host.send(Contest.end('x', null)).committed
        expect(await place.host.call(Contest.start('x', turns))).toBe(winner)
      },
    ),
    { numRuns: 60 },
  )
  // Otherwise nothing was told together.
  expect(winners).toEqual(new Set(['true', 'false']))
})
