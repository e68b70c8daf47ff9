import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { address, participant, query, table } from '@darq/runtime'
import {
  faultKinds,
  rarePaths,
  type SimulateOptions,
  simulate,
  type Violation,
  type World,
} from '@darq/runtime/testing'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'

/** In a process of its own, as a user would run it: the bug is a variable of a module. */
async function planted(which: 'broken' | 'right', first: number, last: number): Promise<readonly Violation[]> {
  const file = fileURLToPath(new URL('./planted-bug.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [file, which, `${first}`, `${last}`])
  return JSON.parse(stdout).violations
}

describe('a user’s participants under the simulator', () => {
  test('a planted bug is found, and what is printed shows it again', async () => {
    const [found] = await planted('broken', 1, 200)
    expect(found?.message).toMatch(/money was made or lost/)
    expect(found?.message).toMatch(/remembered outside of the participants' state/)
    expect(found?.trace).toMatch(/has recovered version/)
    const [, first, last] = /seeds: \[(\d+), (\d+)\]/.exec(found?.replay ?? '') ?? []
    const [again] = await planted('broken', Number(first), Number(last))
    expect(again?.message).toBe(found?.message)
    expect(again?.trace).toBe(found?.trace)
  })

  test('the same participant without the bug passes', async () => {
    expect(await planted('right', 1, 200)).toEqual([])
  })
})

const Counter = address('counter/*', { add: v.number(), ask: v.string(), count: query(v.number()) })
const asks: Record<string, () => unknown> = {
  'Date.now': () => Date.now(),
  'new Date()': () => new Date(),
  'Math.random': () => Math.random(),
  fetch: () => fetch('http://localhost'),
  setTimeout: () => setTimeout(() => {}, 0),
  setInterval: () => setInterval(() => {}, 0),
  setImmediate: () => setImmediate(() => {}),
}
const counter = participant(Counter, {
  state: { count: 0, seen: table(v.boolean()) },
  on: {
    add(step, n) {
      step.state.count += n
      // What depends on its argument alone is allowed.
      new Date(0).toISOString()
    },
    ask: (_step, what) => void asks[what]?.(),
    count: (read) => read.state.count,
  },
})

const counting: SimulateOptions = {
  hosts: ['a', 'b'].map((name) => ({ name, participants: [counter] })),
  seeds: [1, 20],
  async drive(world) {
    for (let n = 0; n < 100; n += 1) {
      world.send(Counter.add(`${n % 3}`, 1))
      await world.advance('10 ms')
    }
  },
  finally: async (world) => expect(await sum(world)).toBe(100),
}

async function sum(world: World): Promise<number> {
  let sum = 0
  for (const key of ['0', '1', '2']) sum += await world.query(Counter.count(key), { grade: 'committed' })
  return sum
}

describe('a step under the simulator', () => {
  test.each(Object.keys(asks))('may not ask for %s', async (what) => {
    const { violations } = await simulate({
      ...counting,
      seeds: [1, 1],
      faults: [],
      drive: async (world) => void world.send(Counter.ask('0', what)),
      finally: async () => {},
    })
    expect(violations[0]?.message).toContain('counter/*: ')
    expect(violations[0]?.message).toContain(`${what} inside a step: there is`)
  })

  test('leaves clock, chance, timers and network as they were', async () => {
    const before = [Date, Date.now, Math.random, fetch, setTimeout, setInterval, setImmediate]
    expect((await simulate({ ...counting, seeds: [1, 3] })).violations).toEqual([])
    expect([Date, Date.now, Math.random, fetch, setTimeout, setInterval, setImmediate]).toEqual(before)
    expect(Date.now()).toBeGreaterThan(0)
  })
})

describe('simulate', () => {
  test('gives the same report for the same seeds, and another for others', async () => {
    const first = await simulate(counting)
    expect(first.violations).toEqual([])
    expect(await simulate(counting)).toEqual(first)
    expect((await simulate({ ...counting, seeds: [21, 40] })).hash).not.toBe(first.hash)
  })

  test('counts what took effect', async () => {
    const { faults, paths, seeds, events } = await simulate(counting)
    expect(seeds).toBe(20)
    expect(events).toBeGreaterThan(1_000)
    expect(Object.keys(faults)).toEqual(expect.arrayContaining([...faultKinds]))
    expect(Object.keys(paths)).toEqual([...rarePaths])
    expect(faults.crash).toBeGreaterThan(0)
    expect(paths.commit_lost).toBeGreaterThan(0)
  })

  test('injects only the faults that it is given', async () => {
    const { faults } = await simulate({ ...counting, faults: ['crash'] })
    for (const [kind, count] of Object.entries(faults))
      expect([kind, count > 0]).toEqual([kind, kind === 'crash' || (kind === 'commit_in_flight_at_crash' && count > 0)])
  })

  test('finds the fewest faults that still fail, and names them in the replay', async () => {
    const crashing: SimulateOptions = {
      ...counting,
      faults: ['crash', 'freeze'],
      seeds: [1, 50],
      async finally(world) {
        // No crash may be survived, says this one.
        const { epoch } = await world.inspect('counter/0').counts()
        if (epoch !== firstEpoch) throw new Error('there was a crash')
      },
      async drive(world) {
        await counting.drive(world)
      },
    }
    let firstEpoch = 0
    const calm = await simulate({
      ...crashing,
      seeds: [1, 1],
      faults_max: 0,
      async finally(world) {
        firstEpoch = (await world.inspect('counter/0').counts()).epoch
      },
    })
    expect(calm.violations).toEqual([])
    const [violation] = (await simulate({ ...crashing, seeds: [1, 1] })).violations
    expect(violation?.message).toBe('there was a crash')
    const [, faults_max] = /faults_max: (\d+)/.exec(violation?.replay ?? '') ?? []
    const again = await simulate({ ...crashing, seeds: [1, 1], faults_max: Number(faults_max), shrink: false })
    expect(again.violations[0]?.message).toBe('there was a crash')
    const fewer = await simulate({ ...crashing, seeds: [1, 1], faults_max: Number(faults_max) - 1, shrink: false })
    expect(fewer.violations).toEqual([])
  })

  test('tells an outcome that depends on faults, and one that is not the oracle’s', async () => {
    const epochs = async (world: World) => (await world.inspect('counter/0').counts()).epoch
    const [differs] = (await simulate({ ...counting, outcome: epochs })).violations
    expect(differs?.message).toMatch(/the outcome is not the one without faults/)
    expect((await simulate({ ...counting, outcome: sum, oracle: async () => 100 })).violations).toEqual([])
    const [wrong] = (await simulate({ ...counting, outcome: sum, oracle: async () => 99 })).violations
    expect(wrong?.message).toMatch(/the outcome is not the one of the oracle: …100… instead of …99…/)
  })

  test('work that never ends is told, with what it waits for', async () => {
    const [violation] = (await simulate({ ...counting, seeds: [1, 1], drive: () => new Promise(() => {}) })).violations
    expect(violation?.message).toMatch(/G7: not quiet, the work is not done/)
  })
})
