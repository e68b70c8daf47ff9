import { describe, expect, test } from 'vitest'
import type { Dependency } from '../../runtime-ts/src/engine/dependency.ts'
import { PeerDurability } from '../../runtime-ts/src/engine/peer-durability.ts'
import type { Epoch, Version } from '../../runtime-ts/src/engine/types.ts'
import { Town } from './town.ts'
import { id, messages, sequence } from './world.ts'

const epoch = (number: number) => number as Epoch
const version = (number: number) => number as Version
const state = (host: string, number: number): Dependency => ({ host, epoch: epoch(1), version: version(number) })

describe('peer durability', () => {
  const taken = () => {
    const peerDurability = new PeerDurability()
    peerDurability.take('a#1', { epoch: epoch(5), version: version(3), states: [state('x#1', 1)] })
    peerDurability.take('a#1', { epoch: epoch(5), version: version(4), states: [state('x#1', 2), state('y#1', 1)] })
    return peerDurability
  }
  const word = (host: string, of: number, settled: number) => ({ host, epoch: epoch(of), settled: version(settled) })

  test('is known when the peer says that the version is committed, once', () => {
    const peerDurability = taken()
    expect(peerDurability.settle(word('a#1', 5, 2))).toEqual([])
    expect(peerDurability.settle(word('a#1', 5, 3))).toEqual([state('x#1', 1)])
    expect(peerDurability.settle(word('a#1', 5, 9))).toEqual([state('x#1', 2), state('y#1', 1)])
    expect(peerDurability.settle(word('a#1', 5, 9))).toEqual([])
  })

  test('says nothing about another epoch of the peer, or about another peer', () => {
    expect(taken().settle(word('a#1', 6, 9))).toEqual([])
    expect(taken().settle(word('b#1', 5, 9))).toEqual([])
    expect(taken().settle(word('a#2', 5, 9))).toEqual([])
  })

  test('says when it is forgotten, so that others can be asked', () => {
    const peerDurability = taken()
    expect([peerDurability.forget('a#1'), peerDurability.forget('a#1')]).toEqual([true, false])
    expect(peerDurability.settle(word('a#1', 5, 9))).toEqual([])
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
