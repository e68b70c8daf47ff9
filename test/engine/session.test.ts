/** Sessions: what a client has seen goes with it, and what it then sends depends on that. */
import { DarqError } from '@darq/runtime/engine'
import { describe, expect, test } from 'vitest'
import { Town } from './town.ts'
import { id, messages, sequence } from './world.ts'

const quiet = () => []

async function slowAndQuick(): Promise<Town> {
  const town = new Town(1, 0, quiet)
  await town.host('slow', () => 100)
  await town.host('quick', () => 5)
  return town
}

const enqueue = (town: Town, darq: string, number: number, text: string) =>
  town
    .engine(darq.split('/')[0] ?? '')
    .darq(darq)
    .enqueue(id('client'), sequence(number), messages(text))

function codeOf(run: () => unknown): string {
  try {
    run()
    return 'taken'
  } catch (error) {
    if (error instanceof DarqError) return error.code
    throw error
  }
}

describe('what a client has seen', () => {
  test('is nothing where all is committed', async () => {
    const town = await slowAndQuick()
    expect(town.engine('quick').seen()).toEqual([])
    enqueue(town, 'quick/1', 1, 'one')
    await town.clock.advance(20)
    expect(town.engine('quick').seen()).toEqual([])
  })

  test('names the version that is not durable, and then nothing', async () => {
    const town = await slowAndQuick()
    enqueue(town, 'slow/1', 1, 'one')
    const { name, generation, epoch } = town.engine('slow')
    const seen = town.engine('slow').seen()
    expect(seen).toEqual([{ host: `${name}#${generation}`, epoch, version: 1 }])
    expect(town.engine('slow').unsettled(seen)).toEqual([])
    expect(town.engine('quick').unsettled(seen)).toEqual(seen)
    await town.clock.advance(200)
    expect(town.engine('slow').seen()).toEqual([])
  })

  test('is not overtaken by what it sends next: that is committed after it', async () => {
    const town = await slowAndQuick()
    enqueue(town, 'slow/1', 1, 'one')
    const seen = town.engine('slow').seen()
    let committed_ms = 0
    const start_ms = town.clock.now_ms()
    town
      .engine('quick')
      .darq('quick/1')
      .enqueue(id('client'), sequence(1), messages('two'), undefined, seen)
      .committed.then(() => {
        committed_ms = town.clock.now_ms() - start_ms
      })
    await town.clock.advance(50)
    expect(town.engine('quick').durableVersion).toBe(1)
    expect(town.engine('quick').committedVersion).toBe(0)
    await town.clock.advance(200)
    expect(committed_ms).toBe(100)
  })

  test('takes with it what was sent after it, when it is lost; and is refused from then on', async () => {
    const town = await slowAndQuick()
    enqueue(town, 'slow/1', 1, 'one')
    const seen = town.engine('slow').seen()
    const darq = () => town.engine('quick').darq('quick/1')
    const receipt = darq().enqueue(id('client'), sequence(1), messages('two'), undefined, seen)
    const failed = receipt.committed.catch((error: DarqError) => error.code)
    await town.clock.advance(20)
    await town.crash('slow')
    await town.clock.advance(2_000)
    expect(await failed).toBe('withdrawn')
    expect(town.place('quick').rollbacks).toBe(1)
    expect(darq().expected(id('client'))).toBe(1)
    const again = () => darq().enqueue(id('client'), sequence(1), messages('two'), undefined, seen)
    expect(codeOf(again)).toBe('session_lost')
    expect(codeOf(() => town.engine('slow').unsettled(seen))).toBe('session_lost')
    expect(darq().expected(id('client'))).toBe(1)
    expect(codeOf(() => enqueue(town, 'quick/1', 1, 'anew'))).toBe('taken')
  })

  test('is fixed by the look: what arrives later with a new dependency belongs to a later version', async () => {
    const town = await slowAndQuick()
    enqueue(town, 'quick/1', 1, 'one')
    const [before] = town.engine('quick').seen()
    enqueue(town, 'slow/1', 1, 'two')
    const seen = town.engine('slow').seen()
    town.engine('quick').darq('quick/1').enqueue(id('client'), sequence(2), messages('three'), undefined, seen)
    const after = town.engine('quick').seen()
    expect(before?.version).toBe(1)
    expect(after).toHaveLength(2)
    expect(after.at(-1)?.version).toBe(2)
  })

  test('adds nothing to a repeat, which is in an older version already', async () => {
    const town = await slowAndQuick()
    enqueue(town, 'quick/1', 1, 'one')
    await town.clock.advance(20)
    enqueue(town, 'slow/1', 1, 'two')
    const seen = town.engine('slow').seen()
    const repeat = town
      .engine('quick')
      .darq('quick/1')
      .enqueue(id('client'), sequence(1), messages('one'), undefined, seen)
    expect(repeat.duplicate).toBe(true)
    expect(town.engine('quick').seen()).toEqual([])
  })
})
