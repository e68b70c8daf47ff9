import { describe, expect, test } from 'vitest'
import type { Dependency } from '../../runtime-ts/src/engine/dependency.ts'
import type { Epoch, Version } from '../../runtime-ts/src/engine/types.ts'
import { Vouchers } from '../../runtime-ts/src/engine/vouchers.ts'
import { Town } from './town.ts'
import { id, messages, sequence } from './world.ts'

const epoch = (number: number) => number as Epoch
const version = (number: number) => number as Version
const state = (host: string, number: number): Dependency => ({ host, epoch: epoch(1), version: version(number) })

describe('vouchers', () => {
  const taken = () => {
    const vouchers = new Vouchers()
    vouchers.take('a#1', { epoch: epoch(5), version: version(3), states: [state('x#1', 1)] })
    vouchers.take('a#1', { epoch: epoch(5), version: version(4), states: [state('x#1', 2), state('y#1', 1)] })
    return vouchers
  }
  const word = (host: string, of: number, settled: number) => ({ host, epoch: epoch(of), settled: version(settled) })

  test('are redeemed when the peer says that the version is committed, once', () => {
    const vouchers = taken()
    expect(vouchers.redeem(word('a#1', 5, 2))).toEqual([])
    expect(vouchers.redeem(word('a#1', 5, 3))).toEqual([state('x#1', 1)])
    expect(vouchers.redeem(word('a#1', 5, 9))).toEqual([state('x#1', 2), state('y#1', 1)])
    expect(vouchers.redeem(word('a#1', 5, 9))).toEqual([])
  })

  test('are worth nothing in another epoch of the peer, or by another peer', () => {
    expect(taken().redeem(word('a#1', 6, 9))).toEqual([])
    expect(taken().redeem(word('b#1', 5, 9))).toEqual([])
    expect(taken().redeem(word('a#2', 5, 9))).toEqual([])
  })

  test('say when they are forgotten, so that others can be asked', () => {
    const vouchers = taken()
    expect([vouchers.forget('a#1'), vouchers.forget('a#1')]).toEqual([true, false])
    expect(vouchers.redeem(word('a#1', 5, 9))).toEqual([])
  })
})

describe('along a chain', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const next = (darq: string, seen: string) => {
    const to = names[names.indexOf(darq.slice(0, 1)) + 1]
    return to === undefined ? [] : [{ to: `${to}/1`, bytes: seen }]
  }
  const asked = (town: Town) => names.reduce((total, name) => total + town.engine(name).counts.questions_asked, 0)
  const town = async (k: number) => {
    const town = new Town(1, k, next)
    for (const name of names) await town.host(name, () => 20)
    // Each gets to know the next.
    send(town, 1)
    await town.clock.advance(5_000)
    return town
  }
  const send = (town: Town, number: number) =>
    town
      .engine('a')
      .darq('a/1')
      .enqueue(id('p'), sequence(number), messages(`${number}`))
  const isSettled = (town: Town) => {
    const { committedVersion, durableVersion } = town.engine('f')
    return committedVersion === durableVersion
  }

  test('each tells the next, and nobody has to ask', async () => {
    const chain = await town(Number.POSITIVE_INFINITY)
    const before = asked(chain)
    send(chain, 2)
    await chain.clock.advance(10)
    expect(chain.place('f').recorders.get('f/1')?.seen).toEqual(['1', '2'])
    await chain.clock.advance(15)
    expect(isSettled(chain)).toBe(true)
    expect(asked(chain)).toBe(before)
  })

  test('who is not told asks, after a while', async () => {
    const chain = await town(Number.POSITIVE_INFINITY)
    send(chain, 2)
    await chain.clock.advance(10)
    chain.lose = 1
    await chain.clock.advance(50)
    expect(isSettled(chain)).toBe(false)
    chain.lose = 0
    const before = asked(chain)
    await chain.clock.advance(5_000)
    expect(isSettled(chain)).toBe(true)
    expect(asked(chain)).toBeGreaterThan(before)
  })

  test('what K holds back asks at the source, at once', async () => {
    const chain = await town(2)
    const before = asked(chain)
    const start_ms = chain.clock.now_ms()
    send(chain, 2)
    // With two hosts at risk at most: a and b together, c and d, e and f.
    await chain.clock.advance(62)
    expect(chain.clock.now_ms() - start_ms).toBe(62)
    expect(isSettled(chain)).toBe(true)
    expect(asked(chain)).toBeGreaterThan(before)
  })
})
